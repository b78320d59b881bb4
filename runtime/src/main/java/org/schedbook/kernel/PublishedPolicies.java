package org.schedbook.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.schedbook.compile.PolicySource;

/**
 * Every policy that a reader of Schedbook sees: built in, in docs, notebooks and recorded answers.
 */
public final class PublishedPolicies {

    private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)\n *```");
    private static final Pattern TEXT_BLOCK = Pattern.compile("(?s)\"\"\"\n(.*?)\"\"\"");
    private static final Pattern BPF_CELL = Pattern.compile("(?s)```text\n%%bpf (\\S+)\n(.*?)```");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<PolicySource> found = new ArrayList<>();

    private PublishedPolicies() {}

    /**
     * Returns those in Java, named after where they are.
     *
     * @param root of a checkout
     */
    public static List<PolicySource> all(Path root) throws IOException {
        var published = new PublishedPolicies();
        for (String name : PolicySource.builtInNames()) {
            published.found.add(PolicySource.builtIn(name).orElseThrow());
        }
        for (Path page : pages(root)) {
            published.addBlocks("docs", Files.readString(page));
        }
        for (Path notebook : files(root.resolve("notebooks"), ".ipynb")) {
            for (JsonNode cell : JSON.readTree(notebook.toFile()).get("cells")) {
                var text = new StringBuilder();
                JsonNode lines = cell.get("source");
                text.append(lines.asText()); // one string, or an array of them
                lines.forEach(line -> text.append(line.asText()));
                if (text.indexOf("%%policy") == 0) {
                    published.add("notebook", text.substring(text.indexOf("\n") + 1));
                }
            }
        }
        for (Path recording : files(root.resolve("notebooks/recordings"), ".json")) {
            published.addBlocks(
                    "recording", JSON.readTree(recording.toFile()).get("completion").asText());
        }
        return published.found;
    }

    /**
     * Returns those that are written in C by hand.
     *
     * @param root of a checkout
     */
    public static List<PolicySource> byHand(Path root) throws IOException {
        var found = new ArrayList<PolicySource>();
        for (Path page : pages(root)) {
            BPF_CELL.matcher(Files.readString(page))
                    .results()
                    .forEach(cell -> found.add(new PolicySource(cell.group(1), cell.group(2))));
        }
        return found;
    }

    private static List<Path> pages(Path root) throws IOException {
        var pages = new ArrayList<Path>(files(root.resolve("docs"), ".md"));
        pages.add(root.resolve("README.md"));
        return pages;
    }

    private static List<Path> files(Path directory, String end) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(f -> f.toString().endsWith(end)).sorted().toList();
        }
    }

    private void addBlocks(String where, String page) {
        BLOCK.matcher(page)
                .results()
                .map(match -> match.group(1))
                .forEach(
                        block -> {
                            var inner = TEXT_BLOCK.matcher(block);
                            add(where, inner.find() ? inner.group(1) : block);
                        });
    }

    private void add(String where, String text) {
        if (text.contains("extends Policy")) {
            String java = text.startsWith("%%") ? text.substring(text.indexOf('\n') + 1) : text;
            found.add(new PolicySource(where + "-" + found.size(), java));
        }
    }
}
