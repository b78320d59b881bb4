package org.schedbook.check;

import java.util.ArrayList;
import java.util.List;

/**
 * One figure against one parameter.
 *
 * @param parameter what the parameter is, with its unit
 * @param figure what the figure is, with its unit
 * @param points in the order of the parameter's values as they were given
 */
public record Sweep(String parameter, String figure, List<Point> points) {

    /** What came of one value. */
    public record Point(double value, double figure) {}

    /** Has the figure of a value. */
    @FunctionalInterface
    public interface Figure {

        /** Returns the figure, or throws whatever stands in its way. */
        double of(double value) throws Exception;
    }

    public Sweep {
        points = List.copyOf(points);
    }

    /** Returns the same with names for its axes, such as {@code "slice, ms"}. */
    public Sweep named(String parameter, String figure) {
        return new Sweep(parameter, figure, points);
    }

    /** Returns the values with their figures under one another. */
    @Override
    public String toString() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(parameter, figure));
        points.forEach(
                point -> rows.add(List.of(Bound.number(point.value), Bound.number(point.figure))));
        return Failure.aligned(rows);
    }
}
