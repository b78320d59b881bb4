package org.schedbook.measure;

/** Which way a figure should go. */
public enum Better {
    /** Times, latencies. */
    LESS,
    /** Rates, shares. */
    MORE;

    /** Returns whether {@code value} is better than {@code other}. */
    public boolean than(double value, double other) {
        return this == LESS ? value < other : value > other;
    }

    /** Returns {@code less} or {@code more}, for a caption. */
    public String word() {
        return this == LESS ? "less" : "more";
    }
}
