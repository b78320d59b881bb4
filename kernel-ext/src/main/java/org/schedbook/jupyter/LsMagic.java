package org.schedbook.jupyter;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import picocli.CommandLine.Command;

/** {@code %lsmagic}: what there is, in groups. */
@Command(
        description = "Lists the magics of this notebook.",
        footer = {"Examples:", "  %lsmagic"})
final class LsMagic implements Magic {

    private final Magics magics;
    private final Supplier<Collection<String>> kernelNames;

    /**
     * @param kernelNames every name the kernel knows, ours and JJava's
     */
    LsMagic(Magics magics, Supplier<Collection<String>> kernelNames) {
        this.magics = magics;
        this.kernelNames = kernelNames;
    }

    @Override
    public Object run(MagicCall call) {
        Map<String, Map<String, String>> groups = new LinkedHashMap<>();
        var others = new TreeSet<>(kernelNames.get());
        for (Magics.Entry entry : magics.entries()) {
            groups.computeIfAbsent(entry.group(), g -> new LinkedHashMap<>())
                    .put(entry.name(), entry.summary());
            others.remove(entry.name());
        }
        if (!others.isEmpty()) {
            groups.put("JJava", Map.of(String.join(" ", others), ""));
        }
        return new Listing(groups);
    }

    /** The groups, each with names and summaries. */
    private record Listing(Map<String, Map<String, String>> groups) implements Renderable {

        private static final String HINT = "%name? explains one of them.";

        @Override
        public DisplayData bundle() {
            var data = new DisplayData(text());
            data.putHTML(html());
            return data;
        }

        private String text() {
            int width =
                    groups.values().stream()
                            .flatMap(group -> group.entrySet().stream())
                            .filter(row -> !row.getValue().isEmpty())
                            .mapToInt(row -> row.getKey().length())
                            .max()
                            .orElse(0);
            return groups.entrySet().stream()
                            .map(g -> g.getKey() + "\n" + rows(g.getValue(), width))
                            .collect(Collectors.joining("\n\n"))
                    + "\n\n"
                    + HINT;
        }

        private static String rows(Map<String, String> group, int width) {
            return group.entrySet().stream()
                    .map(
                            r ->
                                    ("  %-" + width + "s  %s")
                                            .formatted(r.getKey(), r.getValue())
                                            .stripTrailing())
                    .collect(Collectors.joining("\n"));
        }

        private String html() {
            return groups.entrySet().stream()
                    .map(
                            g ->
                                    "<tr><th colspan=\"2\" style=\""
                                            + Html.cell(false)
                                            + "\">"
                                            + Html.escape(g.getKey())
                                            + "</th></tr>"
                                            + htmlRows(g.getValue()))
                    .collect(
                            Collectors.joining(
                                    "",
                                    "<table style=\"border-collapse:collapse;\">",
                                    "</table><div style=\""
                                            + Html.FAINT
                                            + "\">"
                                            + HINT
                                            + "</div>"));
        }

        private static String htmlRows(Map<String, String> group) {
            return group.entrySet().stream()
                    .map(
                            r ->
                                    r.getValue().isEmpty()
                                            ? "<tr><td colspan=\"2\" style=\"%s\"><code>%s</code></td></tr>"
                                                    .formatted(
                                                            Html.cell(false),
                                                            Html.escape(r.getKey()))
                                            : "<tr><td style=\"%1$s\"><code>%2$s</code></td><td style=\"%1$s\">%3$s</td></tr>"
                                                    .formatted(
                                                            Html.cell(false),
                                                            Html.escape(r.getKey()),
                                                            Html.escape(r.getValue())))
                    .collect(Collectors.joining());
        }
    }
}
