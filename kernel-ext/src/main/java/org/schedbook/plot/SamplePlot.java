package org.schedbook.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.DisplayDataRenderable;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
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
        implements DisplayDataRenderable {

    private static final int HEIGHT = 400;
    private static final int NAMES = 40;

    public SamplePlot {
        series = List.copyOf(series);
        if (series.isEmpty()) {
            throw new IllegalArgumentException("nothing to plot");
        }
    }

    @Override
    public void render(RenderContext context) {
        context.getOutputContainer().assign(bundle());
    }

    /** Returns {@code image/png} with its size and alternative text, and {@code text/plain}. */
    public DisplayData bundle() {
        return Picture.bundle(image(), text(), altText());
    }

    /** Returns the picture alone, as a PNG at 2×. */
    public byte[] png() {
        return Picture.png(image());
    }

    /** Returns one sentence that says what the chart shows. */
    public String altText() {
        return series.stream()
                .map(
                        s ->
                                "%s %s %s (n=%d)"
                                        .formatted(
                                                s.name(),
                                                Picture.number(s.quantile(.5)),
                                                unit,
                                                s.samples().length))
                .collect(Collectors.joining(", ", title + ": median " + quantity + " ", "."));
    }

    /** Returns the quartiles of each series as a table. */
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(quantity + " (" + unit + ")", "n", "min", "q1", "median", "q3", "max"));
        for (Series s : series) {
            var row = new ArrayList<>(List.of(s.name(), String.valueOf(s.samples().length)));
            for (double q : new double[] {0, .25, .5, .75, 1}) {
                row.add(Picture.number(s.quantile(q)));
            }
            rows.add(row);
        }
        int columns = rows.getFirst().size();
        int[] widths =
                IntStream.range(0, columns)
                        .map(
                                c ->
                                        rows.stream()
                                                .mapToInt(row -> row.get(c).length())
                                                .max()
                                                .orElse(0))
                        .toArray();
        return rows.stream()
                .map(
                        row ->
                                IntStream.range(0, columns)
                                        .mapToObj(
                                                c ->
                                                        ("%"
                                                                        + (c == 0 ? "-" : "")
                                                                        + widths[c]
                                                                        + "s")
                                                                .formatted(row.get(c)))
                                        .collect(Collectors.joining("  ")))
                .collect(Collectors.joining("\n", title + "\n", "\n" + caption));
    }

    BufferedImage image() {
        XYChart chart = chart();
        return Picture.draw(
                HEIGHT + NAMES,
                g -> {
                    chart.paint(g, Picture.WIDTH, HEIGHT);
                    g.setColor(Picture.TEXT);
                    drawNames(g, chart);
                },
                caption);
    }

    private void drawNames(Graphics2D g, XYChart chart) {
        double slot = chart.getScreenXFromChart(2) - chart.getScreenXFromChart(1);
        for (int i = 0; i < series.size(); i++) {
            Series s = series.get(i);
            double x = chart.getScreenXFromChart(i + 1);
            g.setFont(Picture.LABEL);
            drawCentred(g, Picture.fit(g, s.name(), slot - 6), x, HEIGHT + 8);
            g.setFont(Picture.CAPTION);
            drawCentred(g, "n=" + s.samples().length, x, HEIGHT + 24);
        }
    }

    private static void drawCentred(Graphics2D g, String text, double x, int y) {
        g.drawString(text, (float) (x - g.getFontMetrics().stringWidth(text) / 2.0), y);
    }

    private XYChart chart() {
        XYChart chart = Picture.chart(title, HEIGHT, quantity + " (" + unit + ")");
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
        Color colour = Picture.colour(index);
        double x = index + 1;
        double q1 = s.quantile(.25);
        double q3 = s.quantile(.75);
        double median = s.quantile(.5);
        line(
                chart,
                "box " + index,
                colour,
                1.2f,
                new double[] {x - .22, x + .22, x + .22, x - .22, x - .22},
                new double[] {q1, q1, q3, q3, q1});
        line(
                chart,
                "median " + index,
                colour,
                3f,
                new double[] {x - .22, x + .22},
                new double[] {median, median});

        double[] samples = s.samples();
        double[] xs =
                IntStream.range(0, samples.length)
                        .mapToDouble(i -> x + jitter(i, samples.length))
                        .toArray();
        XYSeries points = chart.addSeries("samples " + index, xs, samples);
        points.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        points.setMarker(SeriesMarkers.CIRCLE);
        points.setMarkerColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 170));
    }

    /** Spreads points in order of measurement, so that a drift over time shows as a slope. */
    private static double jitter(int i, int n) {
        return n == 1 ? 0 : .3 * i / (n - 1) - .15;
    }

    private static void line(
            XYChart chart, String name, Color colour, float width, double[] xs, double[] ys) {
        XYSeries line = chart.addSeries(name, xs, ys);
        line.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
        line.setMarker(SeriesMarkers.NONE);
        line.setLineColor(colour);
        line.setLineStyle(new BasicStroke(width));
    }
}
