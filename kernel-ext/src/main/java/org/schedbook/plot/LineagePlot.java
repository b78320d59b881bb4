package org.schedbook.plot;

import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The rounds of an improvement as a tree: from left to right, each joined to the one it changes. A
 * round stands as high as its median is to the start's, taken as the product of the ratios on the
 * way. As plain text it is the table of all rounds.
 *
 * @param quantity what is measured and which way is better, as the label of the axis
 * @param rounds in their order, without the start
 * @param caption what the figures depend on
 */
public record LineagePlot(String title, String quantity, List<Step> rounds, String caption)
        implements Plot {

    /**
     * A round.
     *
     * @param round from 1
     * @param parent the round it changes, 0 for the start
     * @param outcome one word
     * @param detail a few more
     * @param ratio to its parent; NaN if it was not measured
     * @param low lower end of the interval of that ratio; NaN if there is none
     * @param high upper end
     * @param kept whether others may build on it
     */
    public record Step(
            int round,
            int parent,
            String outcome,
            String detail,
            double ratio,
            double low,
            double high,
            boolean kept) {

        boolean isMeasured() {
            return Double.isFinite(ratio);
        }
    }

    private static final int HEIGHT = 320;

    public LineagePlot {
        rounds = List.copyOf(rounds);
    }

    @Override
    public String altText() {
        return title + ": " + rounds.size() + " rounds.";
    }

    /** Returns a line for each round. */
    @Override
    public String text() {
        return rounds.stream()
                .map(LineagePlot::line)
                .collect(Collectors.joining("\n", title + "\n", "\n" + caption));
    }

    private static String line(Step step) {
        String measured =
                step.isMeasured()
                        ? String.format(
                                Locale.ROOT,
                                ", %.3f (%.3f–%.3f) of what it changes",
                                step.ratio(),
                                step.low(),
                                step.high())
                        : "";
        return "round %d, from %s: %s%s; %s"
                .formatted(
                        step.round(),
                        step.parent() == 0 ? "the start" : "round " + step.parent(),
                        step.outcome(),
                        measured,
                        step.detail());
    }

    /** Returns how high a round stands; 1 for the start. */
    double height(int round) {
        return rounds.stream()
                .filter(step -> step.round() == round && step.isMeasured())
                .findFirst()
                .map(step -> step.ratio() * height(step.parent()))
                .orElse(1.0);
    }

    @Override
    public Picture picture() {
        XYChart chart = chart();
        return new Picture(title, HEIGHT, g -> chart.paint(g, Picture.WIDTH, HEIGHT), caption);
    }

    private XYChart chart() {
        XYChart chart = Style.chart(HEIGHT, quantity);
        chart.setXAxisTitle("round");
        var style = chart.getStyler();
        style.setMarkerSize(9);
        style.setXAxisMin(-.5);
        style.setXAxisMax(Math.max(4, rounds.size()) + .5);
        style.setXAxisDecimalPattern("0");

        int last = Math.max(4, rounds.size());
        Style.line(chart, "no change", Style.GRID.darker(), 1, new double[] {-.5, last + .5}, 1, 1);
        for (Step step : rounds) {
            if (step.isMeasured()) {
                add(chart, step);
            }
        }
        point(chart, "start", 0, 1, Style.colour(0), true);
        return chart;
    }

    private void add(XYChart chart, Step step) {
        Color colour = Style.colour(step.kept() ? 0 : 6);
        double from = height(step.parent());
        double to = height(step.round());
        int round = step.round();
        Style.line(
                chart,
                "edge " + round,
                colour,
                step.kept() ? 2.5f : 1,
                new double[] {step.parent(), round},
                from,
                to);
        if (Double.isFinite(step.low()) && Double.isFinite(step.high())) {
            Style.line(
                    chart,
                    "interval " + round,
                    colour,
                    1.2f,
                    new double[] {round, round},
                    from * step.low(),
                    from * step.high());
        }
        point(chart, "round " + round, round, to, colour, step.kept());
    }

    private static void point(
            XYChart chart, String name, double x, double y, Color colour, boolean kept) {
        Marker marker = kept ? SeriesMarkers.CIRCLE : SeriesMarkers.CROSS;
        Style.points(chart, name, colour, marker, new double[] {x}, y);
    }
}
