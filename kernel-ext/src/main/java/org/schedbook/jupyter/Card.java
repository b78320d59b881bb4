package org.schedbook.jupyter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/** A titled list of keys and values, with a twin in plain text. */
public final class Card implements Renderable {

    private final String title;
    private final Map<String, String> rows = new LinkedHashMap<>();

    public Card(String title) {
        this.title = title;
    }

    /** Adds a row, below those before. */
    public Card row(String key, Object value) {
        rows.put(key, String.valueOf(value));
        return this;
    }

    @Override
    public DisplayData bundle() {
        var data = new DisplayData(toString());
        data.putHTML(
                Html.box(
                        "#4c8bf5",
                        "<b>"
                                + Html.escape(title)
                                + "</b><table style=\"border-collapse:collapse;margin:.2em 0 0;\">"
                                + rows.entrySet().stream()
                                        .map(Card::htmlRow)
                                        .collect(Collectors.joining())
                                + "</table>"));
        return data;
    }

    private static String htmlRow(Map.Entry<String, String> row) {
        return "<tr><td style=\"%s%s\">%s</td><td style=\"%swhite-space:pre-wrap;\">%s</td></tr>"
                .formatted(
                        Html.cell(false),
                        Html.FAINT,
                        Html.escape(row.getKey()),
                        Html.cell(false),
                        Html.escape(row.getValue()));
    }

    @Override
    public String toString() {
        int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        return rows.entrySet().stream()
                .map(
                        r ->
                                "  "
                                        + r.getKey()
                                        + " ".repeat(width - r.getKey().length())
                                        + "  "
                                        + r.getValue())
                .collect(Collectors.joining("\n", title + "\n", ""));
    }
}
