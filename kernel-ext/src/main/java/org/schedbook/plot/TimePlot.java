package org.schedbook.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;

/**
 * Rates over time, each as a line.
 *
 * @param rate what is counted, as the label of the axis: {@code "per second"}
 * @param seconds when each value was read, from the start; at least two
 * @param series by name, as many values as there are times
 * @param caption what the figures depend on
 */
public record TimePlot(
        String title, String rate, double[] seconds, Map<String, double[]> series, String caption)
        implements Plot {

    private static final int HEIGHT = 360;

    public TimePlot {
        seconds = seconds.clone();
        series = new LinkedHashMap<>(series);
        int times = seconds.length;
        if (times < 2 || series.isEmpty()) {
            throw new IllegalArgumentException("nothing to plot");
        }
        if (series.values().stream().anyMatch(values -> values.length != times)) {
            throw new IllegalArgumentException("a value for each time");
        }
    }

    @Override
    public String altText() {
        return series.entrySet().stream()
                .map(e -> "%s %s".formatted(e.getKey(), Style.number(mean(e.getValue()))))
                .collect(Collectors.joining(", ", title + ": mean " + rate + " ", "."));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    @Override
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(rate, "min", "mean", "max"));
        series.forEach(
                (name, values) ->
                        rows.add(
                                List.of(
                                        name,
                                        Style.number(Arrays.stream(values).min().orElseThrow()),
                                        Style.number(mean(values)),
                                        Style.number(Arrays.stream(values).max().orElseThrow()))));
        return title + "\n" + Style.columns(rows) + "\n" + caption;
    }

    @Override
    public Picture picture() {
        XYChart chart = Style.chart(HEIGHT, rate);
        chart.setXAxisTitle("time, s");
        chart.getStyler().setYAxisMin(0.0);
        int index = 0;
        for (Map.Entry<String, double[]> each : series.entrySet()) {
            Style.line(chart, each.getKey(), Style.colour(index++), 2f, seconds, each.getValue());
        }
        return Style.withLegend(title, chart, caption);
    }
}
