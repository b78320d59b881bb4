package org.schedbook.target.sim;

/** A file of a workload that cannot be used, with the line and the reason. */
public final class FormatException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int line;
    private final String reason;

    FormatException(String file, int line, String reason) {
        super("%s:%d: %s".formatted(file, line, reason));
        this.line = line;
        this.reason = reason;
    }

    /** Returns the line, the first being 1. */
    public int line() {
        return line;
    }

    /** Returns what is wrong there. */
    public String reason() {
        return reason;
    }
}
