package org.schedbook.plot;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A figure against a parameter: for each line a dot at each value, with its interval as a bar. What
 * has no such parameter is a level across all of it.
 *
 * @param parameter as the label of the axis, with its unit
 * @param figure likewise
 * @param lines at least one with a point
 * @param caption what the figures depend on
 */
public record ParameterPlot(
        String title, String parameter, String figure, List<Line> lines, String caption)
        implements Plot {

    /**
     * A point.
     *
     * @param at the parameter's value; NaN for a level
     * @param low lower end of the interval; NaN if there is none
     * @param high upper end
     */
    public record Point(double at, double value, double low, double high) {

        boolean hasInterval() {
            return Double.isFinite(low) && Double.isFinite(high);
        }

        boolean isLevel() {
            return Double.isNaN(at);
        }
    }

    /** Points in the order of the parameter, or one level. */
    public record Line(String name, List<Point> points) {

        public Line {
            points = List.copyOf(points);
        }

        private double[] values(ToDoubleFunction<Point> of) {
            return points.stream().mapToDouble(of).toArray();
        }
    }

    private static final int HEIGHT = 400;

    /** From this on, values that are far apart are drawn on a logarithmic axis. */
    private static final double FAR = 50;

    public ParameterPlot {
        lines = lines.stream().filter(line -> !line.points().isEmpty()).toList();
        if (places(lines).findAny().isEmpty()) {
            throw new IllegalArgumentException("nothing to plot");
        }
    }

    private static DoubleStream places(List<Line> lines) {
        return lines.stream()
                .flatMap(line -> line.points().stream())
                .filter(point -> !point.isLevel())
                .mapToDouble(Point::at);
    }

    @Override
    public String altText() {
        return lines.stream()
                .map(
                        line ->
                                line.name()
                                        + line.points().stream()
                                                .map(
                                                        p ->
                                                                p.isLevel()
                                                                        ? " "
                                                                                + Style.number(
                                                                                        p.value())
                                                                        : " %s at %s"
                                                                                .formatted(
                                                                                        Style
                                                                                                .number(
                                                                                                        p
                                                                                                                .value()),
                                                                                        Style
                                                                                                .number(
                                                                                                        p
                                                                                                                .at())))
                                                .collect(Collectors.joining(",")))
                .collect(
                        Collectors.joining(
                                "; ", "%s: %s by %s: ".formatted(title, figure, parameter), "."));
    }

    @Override
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("", parameter, figure, "low", "high"));
        for (Line line : lines) {
            for (Point p : line.points()) {
                rows.add(
                        List.of(
                                line.name(),
                                Style.numberOrDash(p.at()),
                                Style.numberOrDash(p.value()),
                                Style.numberOrDash(p.low()),
                                Style.numberOrDash(p.high())));
            }
        }
        return title + "\n" + Style.columns(rows) + "\n" + caption;
    }

    @Override
    public Picture picture() {
        XYChart chart = chart();
        return Style.withLegend(title, chart, caption);
    }

    private XYChart chart() {
        XYChart chart = Style.chart(HEIGHT, figure);
        chart.setXAxisTitle(parameter);
        double least = places(lines).min().orElseThrow();
        double most = places(lines).max().orElseThrow();
        chart.getStyler().setXAxisLogarithmic(least > 0 && most / least >= FAR);
        chart.getStyler().setMarkerSize(8);
        for (int i = 0; i < lines.size(); i++) {
            add(chart, lines.get(i), Style.colour(i), least, most);
        }
        return chart;
    }

    private static void add(XYChart chart, Line line, Color colour, double least, double most) {
        boolean level = line.points().getFirst().isLevel();
        double[] xs = level ? new double[] {least, most} : line.values(Point::at);
        double y = line.points().getFirst().value();
        double[] ys = level ? new double[] {y, y} : line.values(Point::value);
        Style.line(chart, line.name(), colour, 2f, xs, ys);
        if (!level) {
            Style.points(chart, line.name() + " points", colour, SeriesMarkers.CIRCLE, xs, ys)
                    .setShowInLegend(false);
        }
        for (int i = 0; i < line.points().size(); i++) {
            Point p = line.points().get(i);
            if (p.hasInterval()) {
                double x = level ? most : p.at();
                String name = line.name() + " interval " + i;
                Style.line(chart, name, colour, 4f, new double[] {x, x}, p.low(), p.high())
                        .setShowInLegend(false);
            }
        }
    }
}
