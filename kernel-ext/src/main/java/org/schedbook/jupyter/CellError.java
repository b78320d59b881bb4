package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.List;

/**
 * A failure the person at the cell can act on: what happened, where in the cell, and the next thing
 * to try. A magic throws it; the notebook shows it as a card, and the cell fails with the simple
 * name of the class and one line of message. It carries no stack trace, because none is ever shown.
 */
public class CellError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A place in the cell.
     *
     * @param line the line of the cell, from 1
     * @param column the column, from 1
     * @param length how many characters to underline, at least 1
     * @param message what is wrong there; may have several lines
     */
    public record Mark(int line, int column, int length, String message) {}

    private final transient List<Mark> marks = new ArrayList<>();
    private String next = "";
    private String details = "";

    /**
     * Says what happened.
     *
     * @param what one sentence
     */
    public CellError(String what) {
        super(what, null, false, false);
    }

    /** Adds a place in the cell; {@link MagicCall#mark} makes one from a place in the body. */
    public CellError at(Mark mark) {
        marks.add(mark);
        return this;
    }

    /** Says the next thing to try. */
    public CellError next(String advice) {
        next = advice;
        return this;
    }

    /** Adds text of any length, folded away: a log, a response, a stack trace. */
    public CellError details(String text) {
        details = text;
        return this;
    }

    public List<Mark> marks() {
        return List.copyOf(marks);
    }

    public String next() {
        return next;
    }

    public String details() {
        return details;
    }

    /** Returns what happened in one line, with the first place where there is one. */
    public String summary() {
        String what = getMessage().lines().findFirst().orElse("");
        if (marks.isEmpty()) {
            return what;
        }
        Mark first = marks.getFirst();
        return "%s (cell line %d, column %d: %s)"
                .formatted(
                        what,
                        first.line(),
                        first.column(),
                        first.message().lines().findFirst().orElse(""));
    }
}
