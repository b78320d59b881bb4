package org.schedbook.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/**
 * CPU time that tasks have had over time, each as a line, and as a thin one what would have been
 * its part.
 *
 * @param ms when, at least two
 * @param lines one for each task, with a figure for each time
 */
public record CpuTimePlot(String title, double[] ms, List<Line> lines, String caption)
        implements Plot {

    private static final int HEIGHT = 380;

    /** One task, in ms. */
    public record Line(String task, double[] had, double[] ideal) {

        double hadMs() {
            return had[had.length - 1];
        }

        double idealMs() {
            return ideal[ideal.length - 1];
        }
    }

    public CpuTimePlot {
        ms = ms.clone();
        lines = List.copyOf(lines);
        if (ms.length < 2 || lines.isEmpty()) {
            throw new IllegalArgumentException("nothing to draw");
        }
    }

    @Override
    public String altText() {
        return lines.stream()
                .map(
                        line ->
                                "%s had %s ms, and its part was %s"
                                        .formatted(
                                                line.task,
                                                Style.number(line.hadMs()),
                                                Style.number(line.idealMs())))
                .collect(Collectors.joining("; ", title + ": ", "."));
    }

    @Override
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("task", "had, ms", "its part, ms"));
        lines.forEach(
                line ->
                        rows.add(
                                List.of(
                                        line.task,
                                        Style.number(line.hadMs()),
                                        Style.number(line.idealMs()))));
        return title + "\n" + Style.columns(rows) + "\n" + caption;
    }

    @Override
    public Picture picture() {
        XYChart chart = Style.chart(title, HEIGHT, "CPU time had, ms");
        chart.setXAxisTitle("time, ms");
        chart.getStyler().setYAxisMin(0.0);
        Style.legend(chart);
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Style.line(chart, line.task, Style.colour(i), 2f, ms, line.had);
            XYSeries ideal =
                    Style.line(
                            chart, line.task + ", its part", Style.colour(i), 1f, ms, line.ideal);
            ideal.setShowInLegend(false);
        }
        return new Picture(HEIGHT, g -> chart.paint(g, Picture.WIDTH, HEIGHT), caption);
    }
}
