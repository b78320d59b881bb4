package org.schedbook.plot;

import java.awt.Color;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.knowm.xchart.XYChart;

/**
 * CPU time that tasks have had over time, each as a line, and as a dashed one what would have been
 * its part. Where the front end draws Vega, pointing at a line tells both.
 *
 * @param ms when, at least two
 * @param lines one for each task, with a figure for each time
 */
public record CpuTimePlot(String title, double[] ms, List<Line> lines, String caption)
        implements Plot {

    private static final int HEIGHT = 340;

    /** Of so many points of a dashed line, the last {@link #GAP} are left out. */
    private static final int DASH = 6;

    private static final int GAP = 2;

    /** Of the area between the axes in Vega. */
    private static final int VEGA_WIDTH = Picture.WIDTH - 75;

    private static final int VEGA_HEIGHT = 260;

    private static final String HINT = "Point at a line for its figures.";

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
    public DisplayData bundle() {
        DisplayData data = Plot.super.bundle();
        Vega.put(data, vega());
        return data;
    }

    private Map<?, ?> vega() {
        var csv = new StringBuilder("line,at,had,ideal");
        for (int line = 0; line < lines.size(); line++) {
            for (int i = 0; i < ms.length; i++) {
                csv.append(
                        String.format(
                                Locale.ROOT,
                                "\n%d,%s,%s,%s",
                                line,
                                Style.number(ms[i]),
                                Style.number(lines.get(line).had[i]),
                                Style.number(lines.get(line).ideal[i])));
            }
        }
        var values = new HashMap<String, Object>();
        values.put("alt", altText());
        values.put("height", VEGA_HEIGHT);
        List<String> tasks = lines.stream().map(Line::task).toList();
        List<String> legend = Legend.shown(tasks, VEGA_WIDTH);
        values.put("tasks", tasks);
        Vega.fit(values, title, List.of(caption, HINT), legend, VEGA_WIDTH);
        values.put("points", csv.toString());
        values.put("indices", IntStream.range(0, lines.size()).boxed().toList());
        values.put("colours", colours().stream().map(Vega::hex).toList());
        return Vega.filled("cpu-time.vega.json", values);
    }

    @Override
    public Picture picture() {
        XYChart chart = Style.chart(HEIGHT, "CPU time had, ms");
        chart.setXAxisTitle("time, ms");
        chart.getStyler().setYAxisMin(0.0);
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Style.line(chart, line.task, Style.colour(i), 2f, ms, line.had);
            Style.line(
                    chart, line.task + ", its part", Style.colour(i), 1f, ms, dashed(line.ideal));
        }
        List<String> names = lines.stream().map(Line::task).toList();
        return Style.withLegend(title, chart, new Legend(names, colours(), 0), caption);
    }

    /** XChart begins its dashes anew at each point, so that none would be seen. */
    private static double[] dashed(double[] ideal) {
        double[] dashes = ideal.clone();
        for (int i = 0; i < dashes.length; i++) {
            dashes[i] = i % DASH >= DASH - GAP ? Double.NaN : dashes[i];
        }
        return dashes;
    }

    private List<Color> colours() {
        return IntStream.range(0, lines.size()).mapToObj(Style::colour).toList();
    }
}
