package org.schedbook.plot;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * What is paid for what: each policy as a point, by two things measured in the same runs, such as
 * throughput and the 99th percentile of latency. A policy that no other beats on both is on the
 * front, which is drawn as a line (Pareto); the others have a cross.
 *
 * @param across the horizontal axis
 * @param up the vertical axis
 * @param points at least one
 * @param caption what the figures depend on
 */
public record TradePlot(String title, Axis across, Axis up, List<Point> points, String caption)
        implements Plot {

    /**
     * An axis.
     *
     * @param label what is measured, with its unit
     * @param lessIsBetter which way it should go
     */
    public record Axis(String label, boolean lessIsBetter) {

        private boolean atLeastAsGood(double a, double b) {
            return lessIsBetter ? a <= b : a >= b;
        }
    }

    /** A policy by its medians. */
    public record Point(String name, double across, double up) {}

    private static final int HEIGHT = 400;

    private static final Color FRONT = Style.GRID.darker();

    public TradePlot {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("nothing to plot");
        }
    }

    /** Returns the points that no other beats on both axes, from left to right. */
    List<Point> front() {
        return points.stream()
                .filter(p -> points.stream().noneMatch(other -> beats(other, p)))
                .sorted(Comparator.comparingDouble(Point::across))
                .toList();
    }

    private boolean beats(Point a, Point b) {
        return across.atLeastAsGood(a.across(), b.across())
                && up.atLeastAsGood(a.up(), b.up())
                && (a.across() != b.across() || a.up() != b.up());
    }

    @Override
    public String altText() {
        return front().stream()
                .map(Point::name)
                .collect(Collectors.joining(", ", title + ": not beaten on both axes are ", "."));
    }

    @Override
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("", across.label(), up.label(), "beaten on both"));
        List<Point> front = front();
        for (Point p : points) {
            rows.add(
                    List.of(
                            p.name(),
                            Style.number(p.across()),
                            Style.number(p.up()),
                            front.contains(p) ? "no" : "yes"));
        }
        return title + "\n" + Style.columns(rows) + "\n" + caption;
    }

    @Override
    public Picture picture() {
        XYChart chart = Style.chart(HEIGHT, arrow(up));
        chart.setXAxisTitle(arrow(across));
        chart.getStyler().setMarkerSize(11);
        List<Point> front = front();
        for (int i = 0; i < points.size(); i++) {
            Point p = points.get(i);
            Style.points(
                    chart,
                    p.name(),
                    Style.colour(i),
                    front.contains(p) ? SeriesMarkers.CIRCLE : SeriesMarkers.CROSS,
                    new double[] {p.across()},
                    p.up());
        }
        Style.line(
                chart,
                "the front",
                FRONT,
                1.5f,
                front.stream().mapToDouble(Point::across).toArray(),
                front.stream().mapToDouble(Point::up).toArray());
        var names = new ArrayList<>(points.stream().map(Point::name).toList());
        names.add("the front");
        var colours =
                new ArrayList<>(IntStream.range(0, points.size()).mapToObj(Style::colour).toList());
        colours.add(FRONT);
        return Style.withLegend(title, chart, new Legend(names, colours, 0), caption);
    }

    private static String arrow(Axis axis) {
        return axis.label() + (axis.lessIsBetter() ? ", less is better" : ", more is better");
    }
}
