package org.schedbook.jupyter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A cell, split where it calls a cell magic.
 *
 * @param magic the line that calls the cell magic, or null if the cell is Java
 * @param line the line of the cell that {@code magic} is, from 1
 * @param body what follows that line, or the whole cell if it is Java
 * @param bodyStart where in the cell {@code body} starts, from 0
 */
record CellSource(String magic, int line, String body, int bodyStart) {

    private static final Pattern CELL_MAGIC =
            Pattern.compile("(?<lead>\\s*?)(?<magic>%%\\w.*)(?:\\R(?<body>(?s:.*)))?");
    private static final Pattern LINE_MAGIC =
            Pattern.compile("(?<=^|=)(?<lead>[ \\t]*)(?<magic>%\\w.*)$", Pattern.MULTILINE);

    /** A shell's {@code ${name}} is left alone. */
    private static final Pattern BRACES =
            Pattern.compile("\\{\\{|\\}\\}|(?<!\\$)\\{(?<name>[A-Za-z_]\\w*)\\}");

    private static final Pattern MAGIC_TAIL = Pattern.compile("(?:|[^%\"]*=)\\s*(?<magic>%.*)");

    /** Splits a cell. Unlike JJava, a cell magic may follow blank lines and may have no body. */
    static CellSource of(String cell) {
        Matcher m = CELL_MAGIC.matcher(cell);
        if (!m.matches()) {
            return new CellSource(null, 1, cell, 0);
        }
        int line = 1 + (int) m.group("lead").chars().filter(c -> c == '\n').count();
        return m.group("body") == null
                ? new CellSource(m.group("magic"), line, "", cell.length())
                : new CellSource(m.group("magic"), line, m.group("body"), m.start("body"));
    }

    /** Writes the Java for a line magic. */
    interface LineCall {
        String java(int line, String magic);
    }

    /** Replaces the line magics of Java source; one inside a string literal is left alone. */
    static String replaceLineMagics(String source, LineCall call) {
        return LINE_MAGIC
                .matcher(source)
                .replaceAll(
                        m -> {
                            String before = source.substring(0, m.start());
                            String sameLine = before.substring(before.lastIndexOf('\n') + 1);
                            if (insideLiteral(sameLine)) {
                                return Matcher.quoteReplacement(m.group());
                            }
                            int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
                            return Matcher.quoteReplacement(
                                    m.group("lead") + call.java(line, m.group("magic")));
                        });
    }

    /**
     * Returns Java whose value is a magic as typed, with <code>{name}</code> replaced by the value
     * of a variable of that name; <code>{{</code> and <code>}}</code> stand for single braces.
     */
    static String expression(String magic) {
        String literal = magic.replace("\\", "\\\\").replace("\"", "\\\"");
        return '"'
                + BRACES.matcher(literal)
                        .replaceAll(
                                m ->
                                        Matcher.quoteReplacement(
                                                m.group("name") == null
                                                        ? m.group().substring(1)
                                                        : "\" + (" + m.group("name") + ") + \""))
                + '"';
    }

    private static boolean insideLiteral(String before) {
        boolean inside = false;
        for (int i = 0; i < before.length(); i++) {
            char c = before.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                inside = !inside;
            }
        }
        return inside;
    }

    /** Returns the magic, complete or still being typed, that ends a line, or null. */
    static String magicIn(String line) {
        Matcher m = MAGIC_TAIL.matcher(line);
        return m.matches() ? m.group("magic") : null;
    }
}
