package org.schedbook.measure;

/** A range that a figure probably lies in; both ends NaN where none can be given. */
public record Interval(double low, double high) {

    static final Interval NONE = new Interval(Double.NaN, Double.NaN);

    /** Returns whether a value lies outside; false where there is no interval. */
    public boolean excludes(double value) {
        return value < low || value > high;
    }
}
