package org.schedbook.measure;

/**
 * What a figure is a figure of.
 *
 * @param name a few words for the axis of a plot, such as {@code completion time}
 * @param unit such as {@code s}; empty for a plain number
 * @param better which way it should go
 */
public record Metric(String name, String unit, Better better) {

    /** A time or a latency. */
    public static Metric less(String name, String unit) {
        return new Metric(name, unit, Better.LESS);
    }

    /** A rate. */
    public static Metric more(String name, String unit) {
        return new Metric(name, unit, Better.MORE);
    }

    /** Returns name and unit, for the label of an axis or a column. */
    public String label() {
        return unit.isEmpty() ? name : name + ", " + unit;
    }
}
