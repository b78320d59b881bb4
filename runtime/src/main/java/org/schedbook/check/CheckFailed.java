package org.schedbook.check;

/** Something that was expected of a schedule does not hold; its message says all of it. */
public final class CheckFailed extends AssertionError {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    /**
     * Says what does not hold of something that is no schedule.
     *
     * @param expected what was expected and what is there instead; a sentence
     * @param hint what to look at; empty for nothing
     */
    public CheckFailed(String expected, String hint) {
        this(Failure.of(expected).hint(hint));
    }

    CheckFailed(Failure failure) {
        super(failure.text());
        this.failure = failure;
    }

    /** Returns what was expected, what was seen, and where. */
    public Failure failure() {
        return failure;
    }
}
