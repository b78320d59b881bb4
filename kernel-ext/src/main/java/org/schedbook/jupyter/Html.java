package org.schedbook.jupyter;

import java.util.List;

/**
 * The few HTML fragments the notebook shows. Styles are inline and take their colours from the
 * page, so they suit a light and a dark theme; everything that did not come from this package goes
 * through {@link #escape}.
 */
public final class Html {

    static final String MONO =
            "font-family:monospace;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;margin:.3em 0;";
    static final String FAINT = "opacity:.7;";

    /** Lines of a log that fit on a screen with the cell that wrote them. */
    private static final int LONG_LOG = 40;

    private static final int LOG_END = 12;

    private static final String RULE = "rgba(128,128,128,.35)";

    private Html() {}

    /** Escapes text for use in an element or in a quoted attribute. */
    public static String escape(String foreign) {
        String text = Plain.of(foreign);
        var out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    /** Returns preformatted text; long lines wrap. */
    public static String pre(String text) {
        return "<pre style=\"" + MONO + "\">" + escape(text) + "</pre>";
    }

    /** Returns a box with a coloured edge around markup that is already escaped. */
    public static String box(String edge, String markup) {
        return "<div style=\"border:1px solid "
                + RULE
                + ";border-left:4px solid "
                + edge
                + ";padding:.4em .8em;margin:.3em 0;\">"
                + markup
                + "</div>";
    }

    /** Returns text that unfolds at a click. */
    static String folded(String summary, String text) {
        return folded(summary, text, false);
    }

    static String folded(String summary, String text, boolean open) {
        return (open ? "<details open>" : "<details>")
                + "<summary style=\""
                + FAINT
                + "\">"
                + escape(summary)
                + "</summary>"
                + pre(text)
                + "</details>";
    }

    /** Returns a log: all of it where that is short, else its end, with all of it folded above. */
    static String log(String text) {
        List<String> lines = text.lines().toList();
        return lines.size() <= LONG_LOG
                ? pre(text)
                : folded("all %,d lines".formatted(lines.size()), text)
                        + pre(
                                String.join(
                                        "\n", lines.subList(lines.size() - LOG_END, lines.size())));
    }

    /** Returns the style of a table cell. */
    static String cell(boolean right) {
        return "padding:.15em .8em .15em 0;border:none;text-align:"
                + (right ? "right" : "left")
                + ";";
    }
}
