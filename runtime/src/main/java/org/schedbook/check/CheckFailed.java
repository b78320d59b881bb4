package org.schedbook.check;

/** Something that was expected of a schedule does not hold; its message says all of it. */
public final class CheckFailed extends AssertionError {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    CheckFailed(Failure failure) {
        super(failure.text());
        this.failure = failure;
    }

    /** Returns what was expected, what was seen, and where. */
    public Failure failure() {
        return failure;
    }
}
