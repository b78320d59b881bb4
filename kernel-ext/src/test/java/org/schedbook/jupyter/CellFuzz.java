package org.schedbook.jupyter;

import java.nio.charset.StandardCharsets;

/** Cells: the lexer takes any text, and changes nothing but magics. */
public final class CellFuzz {

    public static void fuzzerTestOneInput(byte[] bytes) {
        String cell = new String(bytes, StandardCharsets.UTF_8);
        CellSource source = CellSource.of(cell);
        if (!cell.endsWith(source.body())) {
            throw new AssertionError("the body is not the end of the cell");
        }
        if (source.magic() != null) {
            parse(source.magic());
        }
        try {
            String same = CellSource.replaceLineMagics(cell, (_, magic) -> sameLength(magic));
            if (same.length() != cell.length()) {
                throw new AssertionError("more than magics was replaced");
            }
        } catch (UsageError e) {
            // a cell magic in the middle of a cell
        }
    }

    /** A magic of several lines is followed by as many as Java has fewer. */
    private static String sameLength(String magic) {
        return "x".repeat(magic.length() + 1 - (int) magic.lines().count());
    }

    private static void parse(String magic) {
        try {
            MagicLine.parse(magic);
        } catch (UsageError e) {
            // a quote that is not closed
        }
    }

    private CellFuzz() {}
}
