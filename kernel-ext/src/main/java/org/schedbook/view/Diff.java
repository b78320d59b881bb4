package org.schedbook.view;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.List;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.Html;
import org.schedbook.jupyter.Renderable;

/** What differs between two sources, as a unified diff. */
public final class Diff implements Renderable {

    private static final int CONTEXT = 2;

    private final List<String> lines;

    private Diff(List<String> lines) {
        this.lines = lines;
    }

    /** Returns the lines that lead from one source to another. */
    public static Diff of(String nameA, PolicySource a, String nameB, PolicySource b) {
        List<String> before = a.text().strip().lines().toList();
        List<String> after = b.text().strip().lines().toList();
        return new Diff(
                UnifiedDiffUtils.generateUnifiedDiff(
                        nameA, nameB, before, DiffUtils.diff(before, after), CONTEXT));
    }

    /** Returns whether there is no difference. */
    public boolean isEmpty() {
        return lines.isEmpty();
    }

    /** Returns how many lines it has. */
    public int size() {
        return lines.size();
    }

    /** Returns how many lines were added and removed, such as {@code +3 −1}. */
    public String summary() {
        return "+%d \u2212%d lines".formatted(count('+'), count('-'));
    }

    private long count(char sign) {
        // The first two lines name the files.
        return lines.stream().skip(2).filter(line -> line.charAt(0) == sign).count();
    }

    @Override
    public DisplayData bundle() {
        var html = new StringBuilder();
        for (String line : lines) {
            String colour =
                    switch (line.isEmpty() ? ' ' : line.charAt(0)) {
                        case '+' -> "color:#1a7f37;";
                        case '-' -> "color:#cf222e;";
                        case '@' -> "opacity:.6;";
                        default -> "";
                    };
            html.append("<span style=\"%s\">%s</span>\n".formatted(colour, Html.escape(line)));
        }
        var data = new DisplayData(toString());
        data.putHTML("<pre style=\"margin:0;\">" + html + "</pre>");
        return data;
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
