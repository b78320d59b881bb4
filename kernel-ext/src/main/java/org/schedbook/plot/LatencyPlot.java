package org.schedbook.plot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.schedbook.measure.Histogram;

/**
 * Every single latency of several policies, both axes logarithmic: either how many there were of
 * each size, or as the curve of percentiles, on which p90, p99 and p99.9 stand equally far apart.
 *
 * @param latencies by policy, in µs
 * @param shape which of the two
 * @param caption what the figures depend on
 */
public record LatencyPlot(
        String title, Map<String, Histogram> latencies, Shape shape, String caption)
        implements Plot {

    /** How latencies are drawn. */
    public enum Shape {
        /** Over each latency, the share of all that are of about that size. */
        HISTOGRAM,
        /** Over each share, the latency that it does not exceed. */
        PERCENTILES
    }

    private static final int HEIGHT = 400;

    /** Bars of a histogram to a power of ten: a class is a quarter wider than the last. */
    private static final int CLASSES_PER_DECADE = 10;

    private static final double[] SHARES = {.5, .9, .99, .999};

    public LatencyPlot {
        latencies = new LinkedHashMap<>(latencies);
        if (latencies.isEmpty()) {
            throw new IllegalArgumentException("nothing to plot");
        }
    }

    @Override
    public String altText() {
        return latencies.entrySet().stream()
                .map(e -> "%s %d µs".formatted(e.getKey(), e.getValue().percentile(.99)))
                .collect(Collectors.joining(", ", title + ": p99 ", "."));
    }

    @Override
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("latency (µs)", "n", "p50", "p90", "p99", "p99.9", "max"));
        latencies.forEach(
                (policy, histogram) -> {
                    var row = new ArrayList<>(List.of(policy, String.valueOf(histogram.total())));
                    for (double share : SHARES) {
                        row.add(String.valueOf(histogram.percentile(share)));
                    }
                    row.add(String.valueOf(histogram.max()));
                    rows.add(row);
                });
        return title + "\n" + Style.columns(rows) + "\n" + caption;
    }

    @Override
    public Picture picture() {
        XYChart chart = shape == Shape.HISTOGRAM ? histogram() : percentiles();
        int index = 0;
        for (Map.Entry<String, Histogram> each : latencies.entrySet()) {
            List<double[]> points =
                    shape == Shape.HISTOGRAM ? bars(each.getValue()) : curve(each.getValue());
            Style.line(
                    chart,
                    each.getKey(),
                    Style.colour(index++),
                    2f,
                    points.stream().mapToDouble(p -> p[0]).toArray(),
                    points.stream().mapToDouble(p -> p[1]).toArray());
        }
        return Style.withLegend(title, chart, caption);
    }

    private XYChart histogram() {
        XYChart chart = Style.chart(HEIGHT, "share of all, %");
        chart.setXAxisTitle("latency, µs");
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisMin(0.0);
        return chart;
    }

    private XYChart percentiles() {
        XYChart chart = Style.chart(HEIGHT, "latency, µs");
        chart.setXAxisTitle("percentile");
        var style = chart.getStyler();
        style.setYAxisLogarithmic(true);
        style.setXAxisMin(0.0);
        int nines = nines();
        style.setXAxisMax((double) nines);
        style.setXAxisTickLabelsFormattingFunction(LatencyPlot::percentile);
        style.setXAxisTickMarkSpacingHint(1);
        style.setXAxisMaxLabelCount(nines + 1);
        return chart;
    }

    private int nines() {
        long most = latencies.values().stream().mapToLong(Histogram::total).max().orElseThrow();
        return Math.max(1, (int) Math.ceil(Math.log10(most)));
    }

    /** A place on the axis of percentiles is how many nines: 2 is p99. */
    private static String percentile(double nines) {
        int decimals = Math.max(0, (int) Math.round(nines) - 2);
        return String.format(Locale.ROOT, "%." + decimals + "f", 100 * (1 - Math.pow(10, -nines)));
    }

    /** The curve goes as far as the samples do: of a hundred, the longest is p99. */
    private static List<double[]> curve(Histogram histogram) {
        var points = new ArrayList<double[]>();
        double last = Math.log10(histogram.total());
        int steps = 120;
        for (int i = 0; i <= steps; i++) {
            double nines = last * i / steps;
            double latency = histogram.percentile(1 - Math.pow(10, -nines));
            points.add(new double[] {nines, Math.max(1, latency)});
        }
        return points;
    }

    /** The outline of the bars, 0 µs counted as 1. */
    private static List<double[]> bars(Histogram histogram) {
        var classes = new TreeMap<Integer, Long>();
        histogram
                .counts()
                .forEach((latency, count) -> classes.merge(classOf(latency), count, Long::sum));
        var points = new ArrayList<double[]>();
        for (int c = classes.firstKey() - 1; c <= classes.lastKey() + 1; c++) {
            double share = 100.0 * classes.getOrDefault(c, 0L) / histogram.total();
            points.add(new double[] {from(c), share});
            points.add(new double[] {from(c + 1), share});
        }
        return points;
    }

    private static int classOf(long latency) {
        return (int) Math.floor(CLASSES_PER_DECADE * Math.log10(Math.max(1, latency)));
    }

    private static double from(int classOfLatencies) {
        return Math.pow(10, (double) classOfLatencies / CLASSES_PER_DECADE);
    }
}
