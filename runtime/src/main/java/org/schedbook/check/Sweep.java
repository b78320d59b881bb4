package org.schedbook.check;

import java.util.ArrayList;
import java.util.List;

/**
 * One figure against one parameter.
 *
 * @param points in the order of the parameter's values as they were given
 */
public record Sweep(List<Point> points) {

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

    /** Returns the values with their figures under one another. */
    @Override
    public String toString() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("value", "figure"));
        points.forEach(
                point -> rows.add(List.of(Bound.number(point.value), Bound.number(point.figure))));
        return Failure.aligned(rows);
    }
}
