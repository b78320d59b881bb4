package org.schedbook.plot;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * How candidates compare to a baseline: the ratio of the medians as a dot, its interval as a bar,
 * and a line at 1, which is no change. A bar that crosses the line says nothing either way.
 *
 * @param axis what the ratio is of: {@code "ratio to eevdf"}
 * @param ratios from left to right
 * @param caption what the figures depend on
 */
public record RatioPlot(String title, String axis, List<Ratio> ratios, String caption)
        implements Plot {

    /**
     * A comparison.
     *
     * @param name what is compared
     * @param detail what on, in a second line; empty for nothing
     * @param ratio to the baseline
     * @param low lower end of its interval; NaN if there is none
     * @param high upper end
     * @param verdict in words
     */
    public record Ratio(
            String name, String detail, double ratio, double low, double high, String verdict) {

        boolean hasInterval() {
            return Double.isFinite(low) && Double.isFinite(high);
        }
    }

    private static final int HEIGHT = 360;
    private static final int NAMES = 40;

    public RatioPlot {
        ratios = ratios.stream().filter(r -> Double.isFinite(r.ratio())).toList();
        if (ratios.isEmpty()) {
            throw new IllegalArgumentException("nothing to plot");
        }
    }

    @Override
    public String altText() {
        return ratios.stream()
                .map(r -> "%s %s".formatted(label(r), r.verdict()))
                .collect(Collectors.joining("; ", title + ": ", "."));
    }

    private static String label(Ratio r) {
        return r.detail().isEmpty() ? r.name() : r.name() + " (" + r.detail() + ")";
    }

    @Override
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(axis, "ratio", "low", "high"));
        for (Ratio r : ratios) {
            rows.add(
                    List.of(
                            label(r),
                            Style.numberOrDash(r.ratio()),
                            Style.numberOrDash(r.low()),
                            Style.numberOrDash(r.high())));
        }
        return title + "\n" + Style.columns(rows) + "\n" + caption;
    }

    @Override
    public Picture picture() {
        XYChart chart = chart();
        return new Picture(
                title,
                HEIGHT + NAMES,
                g -> {
                    chart.paint(g, Picture.WIDTH, HEIGHT);
                    Style.names(g, chart, HEIGHT, names());
                },
                caption);
    }

    private List<List<String>> names() {
        return ratios.stream().map(r -> List.of(r.name(), r.detail())).toList();
    }

    private XYChart chart() {
        XYChart chart = Style.chart(HEIGHT, axis);
        var style = chart.getStyler();
        style.setMarkerSize(9);
        style.setXAxisMin(.5);
        style.setXAxisMax(ratios.size() + .5);
        style.setXAxisTicksVisible(false);
        double low = ends(Ratio::low).min().orElse(1);
        double high = ends(Ratio::high).max().orElse(1);
        double room = Math.max(.02, (high - low) * .08);
        style.setYAxisMin(Math.max(0, low - room));
        style.setYAxisMax(high + room);

        double[] whole = {.5, ratios.size() + .5};
        Style.line(chart, "no change", Color.GRAY, 1.5f, whole, 1, 1);
        IntStream.range(0, ratios.size()).forEach(i -> add(chart, i));
        return chart;
    }

    private DoubleStream ends(ToDoubleFunction<Ratio> end) {
        return DoubleStream.concat(
                DoubleStream.of(1),
                ratios.stream()
                        .flatMapToDouble(
                                r ->
                                        r.hasInterval()
                                                ? DoubleStream.of(r.ratio(), end.applyAsDouble(r))
                                                : DoubleStream.of(r.ratio())));
    }

    private void add(XYChart chart, int index) {
        Ratio r = ratios.get(index);
        Color colour = Style.colour(index);
        double x = index + 1;
        if (r.hasInterval()) {
            Style.line(
                    chart, "interval " + index, colour, 4f, new double[] {x, x}, r.low(), r.high());
        }
        Style.points(
                chart, "ratio " + index, colour, SeriesMarkers.CIRCLE, new double[] {x}, r.ratio());
    }
}
