package org.schedbook.kernel;

import java.util.List;

/**
 * A policy in C.
 *
 * @param before what comes before the policy's first line: switches and declarations, and which
 *     line of its cell that is
 * @param c the policy, line by line as in its source
 * @param after what comes after its last line
 * @param notes what is not as in user space, for the person to know
 */
public record Translation(
        String name, String before, String c, String after, Layout layout, List<Note> notes) {

    /**
     * @param line of the cell, 0 if it is of the whole
     */
    public record Note(int line, String text) {

        @Override
        public String toString() {
            return line == 0 ? text : "line %d: %s".formatted(line, text);
        }
    }

    /** Returns all of it, as clang gets it. */
    public String text() {
        return before + c + after;
    }
}
