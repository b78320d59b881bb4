package org.schedbook.measure;

/** What a comparison shows. */
public enum Verdict {
    BETTER("better"),
    WORSE("worse"),
    /** No difference showed; that is not to say that there is none. */
    CANNOT_TELL("cannot tell");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    /** Returns the verdict as a person would say it. */
    public String words() {
        return words;
    }
}
