package org.schedbook.jupyter;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/** A titled list of keys and values, with a twin in plain text. */
public final class Card implements Renderable {

    private final String title;
    private final Map<String, String> rows = new LinkedHashMap<>();
    private final Map<String, String> folded = new HashMap<>();

    public Card(String title) {
        this.title = title;
    }

    /** Adds a row, below those before. */
    public Card row(String key, Object value) {
        rows.put(key, String.valueOf(value));
        return this;
    }

    /** Adds a row that is folded away in a notebook, for what hardly anybody needs. */
    public Card folded(String key, String summary, String text) {
        folded.put(key, summary);
        return row(key, text);
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
                                        .map(this::htmlRow)
                                        .collect(Collectors.joining())
                                + "</table>"));
        return data;
    }

    private String htmlRow(Map.Entry<String, String> row) {
        String summary = folded.get(row.getKey());
        return "<tr><td style=\"%s%s\">%s</td><td style=\"%swhite-space:pre-wrap;\">%s</td></tr>"
                .formatted(
                        Html.cell(false),
                        Html.FAINT,
                        Html.escape(row.getKey()),
                        Html.cell(false),
                        summary == null
                                ? Html.escape(row.getValue())
                                : Html.folded(summary, row.getValue()));
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
