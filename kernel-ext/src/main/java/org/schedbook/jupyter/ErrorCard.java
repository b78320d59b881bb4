package org.schedbook.jupyter;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/** Draws a {@link CellError} over the lines of the cell it happened in. */
final class ErrorCard implements Renderable {

    private static final String EDGE = "#d64545";

    /** More would fill the notebook, and nobody reads them. */
    private static final int MAX_MARKS = 20;

    private static final int MAX_LINE = 200;

    private final CellError error;
    private final List<String> lines;

    /**
     * @param cell the source of the whole cell
     */
    ErrorCard(CellError error, String cell) {
        this.error = error;
        this.lines = cell.lines().toList();
    }

    @Override
    public DisplayData bundle() {
        var data = new DisplayData(text());
        String[] message = error.getMessage().split("\n", 2);
        var html = new StringBuilder("<b>" + Html.escape(message[0]) + "</b>");
        if (message.length > 1) {
            // A table, or lines of a log: their columns are to stay under one another.
            html.append(Html.pre(message[1]));
        }
        if (!error.marks().isEmpty()) {
            html.append(Html.pre(marks()));
        }
        if (!error.next().isEmpty()) {
            html.append("<div>").append(Html.escape(error.next())).append("</div>");
        }
        if (!error.details().isEmpty()) {
            html.append(Html.folded("details", error.details()));
        }
        data.putHTML(Html.box(EDGE, html.toString()));
        if (!error.marks().isEmpty()) {
            // For an editor that marks them, as our extension of JupyterLab has it do.
            data.putMetaData("schedbook", Map.of("marks", error.marks()));
        }
        return data;
    }

    private String text() {
        var out = new StringBuilder(error.getMessage());
        if (!error.marks().isEmpty()) {
            out.append('\n').append(marks());
        }
        if (!error.next().isEmpty()) {
            out.append('\n').append(error.next());
        }
        return out.toString();
    }

    private String marks() {
        String shown =
                error.marks().stream()
                        .limit(MAX_MARKS)
                        .map(this::mark)
                        .collect(Collectors.joining("\n"));
        int more = error.marks().size() - MAX_MARKS;
        return more > 0 ? shown + "\n%d more are not shown.".formatted(more) : shown;
    }

    private String mark(CellError.Mark mark) {
        String where = "line %d, column %d: ".formatted(mark.line(), mark.column());
        String message = where + mark.message().indent(where.length()).strip();
        if (mark.line() < 1 || mark.line() > lines.size()) {
            return message;
        }
        String source = lines.get(mark.line() - 1);
        int column = Math.clamp(mark.column() - 1L, 0, source.length());
        int length = Math.clamp(mark.length(), 1, Math.max(1, source.length() - column));
        // Of a line that is too long, what is round the mark.
        int from = Math.clamp(column - MAX_LINE / 2L, 0, Math.max(0, source.length() - MAX_LINE));
        int to = Math.min(source.length(), from + MAX_LINE);
        String before = from > 0 ? "…" : "";
        String gutter = "%4d | ".formatted(mark.line());
        // Tabs stay tabs, so that the underline falls under its text at any tab width.
        String lead = (before + source.substring(from, column)).replaceAll("[^\t]", " ");
        return message
                + "\n"
                + gutter
                + before
                + source.substring(from, to)
                + (to < source.length() ? "…" : "")
                + "\n"
                + " ".repeat(gutter.length() - 2)
                + "| "
                + lead
                + "^".repeat(Math.clamp(length, 1, Math.max(1, to - column)));
    }
}
