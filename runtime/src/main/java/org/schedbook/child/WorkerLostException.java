package org.schedbook.child;

/** A worker did not answer; it is gone, with all that it was doing. */
public final class WorkerLostException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What it was lost to. */
    public enum Cause {
        /** It took more memory than it may. */
        MEMORY,
        /** It took more time than it may. */
        TIME,
        /** It ended, or answered nonsense. */
        END
    }

    private final Cause cause;

    WorkerLostException(Cause cause, String message) {
        super(message);
        this.cause = cause;
    }

    /** Returns what it was lost to. */
    public Cause lostTo() {
        return cause;
    }
}
