package org.schedbook.plot;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Every sample of every series as a point, over a box from the first to the third quartile with the
 * median across it. The value of a cell, it shows itself as a PNG at 2×, with a table of the same
 * numbers as plain text for diffs and screen readers.
 *
 * @param title one line above the chart
 * @param quantity what is measured, as the label of the axis: {@code "time"}
 * @param unit its unit: {@code "s"}
 * @param series from left to right
 * @param caption what the figures depend on (target, accelerator, kernel, …), set below the chart
 */
public record SamplePlot(
        String title, String quantity, String unit, List<Series> series, String caption)
        implements Plot {

    private static final int HEIGHT = 400;
    private static final int NAMES = 40;

    public SamplePlot {
        series = List.copyOf(series);
        if (series.isEmpty()) {
            throw new IllegalArgumentException("nothing to plot");
        }
    }

    @Override
    public String altText() {
        return series.stream()
                .map(
                        s ->
                                "%s %s %s (n=%d)"
                                        .formatted(
                                                s.name(),
                                                Style.number(s.quantile(.5)),
                                                unit,
                                                s.samples().length))
                .collect(Collectors.joining(", ", title + ": median " + quantity + " ", "."));
    }

    /** Returns the quartiles of each series as a table. */
    @Override
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(quantity + " (" + unit + ")", "n", "min", "q1", "median", "q3", "max"));
        for (Series s : series) {
            var row = new ArrayList<>(List.of(s.name(), String.valueOf(s.samples().length)));
            for (double q : new double[] {0, .25, .5, .75, 1}) {
                row.add(Style.number(s.quantile(q)));
            }
            rows.add(row);
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
        return series.stream().map(s -> List.of(s.name(), "n=" + s.samples().length)).toList();
    }

    private XYChart chart() {
        XYChart chart = Style.chart(HEIGHT, quantity + " (" + unit + ")");
        var style = chart.getStyler();
        style.setMarkerSize(7);
        style.setXAxisMin(.5);
        style.setXAxisMax(series.size() + .5);
        range(style::setYAxisMin, style::setYAxisMax);

        // The axis knows numbers only; the names are drawn below it.
        style.setXAxisTicksVisible(false);
        IntStream.range(0, series.size()).forEach(i -> add(chart, i));
        return chart;
    }

    private interface Bound {
        Object set(Double value);
    }

    private void range(Bound min, Bound max) {
        double low = series.stream().mapToDouble(s -> s.quantile(0)).min().orElseThrow();
        double high = series.stream().mapToDouble(s -> s.quantile(1)).max().orElseThrow();
        double room = high > low ? (high - low) * .08 : Math.max(Math.abs(high) * .05, 1e-9);
        min.set(low >= 0 ? Math.max(0, low - room) : low - room);
        max.set(high + room);
    }

    private void add(XYChart chart, int index) {
        Series s = series.get(index);
        Color colour = Style.colour(index);
        double x = index + 1;
        double q1 = s.quantile(.25);
        double q3 = s.quantile(.75);
        double median = s.quantile(.5);
        Style.line(
                chart,
                "box " + index,
                colour,
                1.2f,
                new double[] {x - .22, x + .22, x + .22, x - .22, x - .22},
                q1,
                q1,
                q3,
                q3,
                q1);
        Style.line(
                chart,
                "median " + index,
                colour,
                3f,
                new double[] {x - .22, x + .22},
                median,
                median);

        double[] samples = s.samples();
        double[] xs =
                IntStream.range(0, samples.length)
                        .mapToDouble(i -> x + jitter(i, samples.length))
                        .toArray();
        Color through = new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 170);
        Style.points(chart, "samples " + index, through, SeriesMarkers.CIRCLE, xs, samples);
    }

    /** Spreads points in order of measurement, so that a drift over time shows as a slope. */
    private static double jitter(int i, int n) {
        return n == 1 ? 0 : .3 * i / (n - 1) - .15;
    }
}
