package org.schedbook.jupyter;

/** A magic was called in a way it does not understand. */
public final class UsageError extends CellError {

    private static final long serialVersionUID = 1L;

    public UsageError(String what) {
        super(what);
    }
}
