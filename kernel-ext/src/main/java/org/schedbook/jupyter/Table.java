package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * A table with a twin in aligned text. Columns of numbers are set to the right.
 *
 * @param caption one line above the table; empty for none
 * @param header the names of the columns, with their units
 * @param rows the cells, as many per row as there are columns
 */
public record Table(String caption, List<String> header, List<List<String>> rows)
        implements Renderable {

    /** The first column says what a row is of: it is short, and stays on one line. */
    private static final String LABEL = "white-space:nowrap;";

    /** Also one with a unit, or a range; neither a date nor a hash that happens to begin so. */
    private static final Pattern NUMBER = Pattern.compile("[-+±~≈]?\\d[\\d,.]*([ –/×%].*)?|[-–—]?");

    public Table {
        header = List.copyOf(header);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != header.size()) {
                throw new IllegalArgumentException(
                        "a row has " + row.size() + " cells, the header " + header.size());
            }
        }
    }

    @Override
    public DisplayData bundle() {
        var data = new DisplayData(text());
        data.putHTML(html());
        return data;
    }

    /** Returns the table as aligned plain text. */
    public String text() {
        var lines = new ArrayList<String>();
        if (!caption.isEmpty()) {
            lines.add(caption);
        }
        lines.add(textRow(header));
        lines.add(
                IntStream.range(0, header.size())
                        .mapToObj(c -> "-".repeat(width(c)))
                        .collect(Collectors.joining("  ")));
        rows.forEach(row -> lines.add(textRow(row)));
        return String.join("\n", lines);
    }

    private String textRow(List<String> row) {
        return IntStream.range(0, row.size())
                .mapToObj(c -> pad(row.get(c), width(c), numeric(c)))
                .collect(Collectors.joining("  "))
                .stripTrailing();
    }

    /** Returns the table as HTML. */
    public String html() {
        var out = new StringBuilder("<table style=\"border-collapse:collapse;margin:.3em 0;\">");
        if (!caption.isEmpty()) {
            out.append("<caption style=\"text-align:left;")
                    .append(Html.FAINT)
                    .append("\">")
                    .append(Html.escape(caption))
                    .append("</caption>");
        }
        out.append("<thead>").append(htmlRow("th", header)).append("</thead><tbody>");
        rows.forEach(row -> out.append(htmlRow("td", row)));
        return out.append("</tbody></table>").toString();
    }

    private String htmlRow(String element, List<String> row) {
        return IntStream.range(0, row.size())
                .mapToObj(
                        c ->
                                "<%1$s style=\"%2$s\">%3$s</%1$s>"
                                        .formatted(
                                                element,
                                                Html.cell(numeric(c)) + (c == 0 ? LABEL : ""),
                                                Html.escape(row.get(c))))
                .collect(Collectors.joining("", "<tr>", "</tr>"));
    }

    private boolean numeric(int column) {
        return !rows.isEmpty()
                && rows.stream().allMatch(row -> NUMBER.matcher(row.get(column)).matches());
    }

    private int width(int column) {
        return Math.max(
                length(header.get(column)),
                rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0));
    }

    private static String pad(String text, int width, boolean right) {
        String fill = " ".repeat(width - length(text));
        return right ? fill + text : text + fill;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
