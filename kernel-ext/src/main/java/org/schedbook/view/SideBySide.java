package org.schedbook.view;

import java.util.List;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.schedbook.jupyter.Html;
import org.schedbook.jupyter.Renderable;

/**
 * A source and what was made of it, line beside line. In plain text the lines of the second stand
 * with their numbers.
 */
public record SideBySide(String leftTitle, List<String> left, String rightTitle, List<String> right)
        implements Renderable {

    @Override
    public DisplayData bundle() {
        var html =
                new StringBuilder(
                        "<table style=\"font-family:monospace;font-size:12px;\"><tr><th></th>"
                                + "<th style=\"text-align:left;\">%s</th>"
                                        .formatted(Html.escape(leftTitle))
                                + "<th style=\"text-align:left;\">%s</th></tr>"
                                        .formatted(Html.escape(rightTitle)));
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            html.append(
                    "<tr><td style=\"opacity:.5;\">%d</td>%s%s</tr>"
                            .formatted(i + 1, cell(left, i), cell(right, i)));
        }
        var data = new DisplayData(toString());
        data.putHTML(html.append("</table>").toString());
        return data;
    }

    private static String cell(List<String> lines, int index) {
        String text = index < lines.size() ? lines.get(index) : "";
        return "<td style=\"text-align:left;white-space:pre;\">" + Html.escape(text) + "</td>";
    }

    @Override
    public String toString() {
        var text = new StringBuilder(rightTitle).append('\n');
        for (int i = 0; i < right.size(); i++) {
            text.append("%3d  %s\n".formatted(i + 1, right.get(i)));
        }
        return text.toString();
    }
}
