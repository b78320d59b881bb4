package org.schedbook.plot;

import java.awt.Color;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A {@link Timeline} as a Vega specification: the wheel, a drag or two fields choose what part is
 * drawn, and pointing at a bar tells its times. The fields are of numbers, because JupyterLab takes
 * the arrow keys from sliders.
 */
final class ZoomableTimeline {

    static final String HINT =
            "Drag to move, Ctrl+wheel to zoom, double-click to see all, or use the fields below;"
                    + " point at a bar for its times.";

    /** As many of the shortest bar are drawn at the closest. */
    private static final int CLOSEST = 8;

    /** From the beginning to the end with the arrow keys, at least. */
    private static final int STEPS = 100;

    private static final int MAX_ZOOM = 10;
    private static final int MIN_ZOOM = 3;

    static Map<?, ?> of(Timeline timeline) {
        Map<String, Integer> tasks = new LinkedHashMap<>();
        String bars = csv(timeline, tasks);
        long whole = timeline.endNs() - timeline.fromNs();
        boolean small = timeline.endNs() < 1_000_000;
        double unit = small ? 1e3 : 1e6;
        String unitName = small ? "µs" : "ms";
        // In the field's steps: a little more than the picture shows, from where it begins.
        double zoom =
                Math.floor(4 * log2(whole / (double) (timeline.toNs() - timeline.fromNs()))) / 4;
        int maxZoom = maxZoom(timeline, whole, zoom);
        List<Integer> indices = List.copyOf(tasks.values());
        List<Color> colours = indices.stream().map(Timeline::shade).toList();

        var values = new HashMap<String, Object>();
        values.put("alt", timeline.altText());
        int width = Picture.WIDTH - timeline.left() - Picture.MARGIN;
        values.put("height", timeline.rows().size() * timeline.rowHeight());
        int rows = timeline.rows().size();
        values.put("rows", IntStream.range(0, rows).boxed().toList());
        values.put(
                "filled",
                IntStream.range(0, rows)
                        .filter(row -> !timeline.rows().get(row).isEmpty())
                        .boxed()
                        .toList());
        values.put("rowNames", timeline.rows());
        values.put("rowLabels", timeline.labels());
        values.put("arrows", arrows(timeline));
        values.put("bars", bars);
        values.put("tasks", List.copyOf(tasks.keySet()));
        values.put("indices", indices);
        values.put("colours", colours.stream().map(Vega::hex).toList());
        values.put("inks", colours.stream().map(Timeline::ink).map(Vega::hex).toList());
        values.put(
                "legendTitle",
                tasks.size() <= Timeline.LEGEND_ENTRIES
                        ? null
                        : "the first %d of %d".formatted(Timeline.LEGEND_ENTRIES, tasks.size()));
        List<String> legend =
                Legend.shown(
                        tasks.keySet().stream().limit(Timeline.LEGEND_ENTRIES).toList(), width);
        Vega.fit(values, timeline.title(), List.of(timeline.caption(), HINT), legend, width);
        values.put("legend", indices.stream().limit(Timeline.LEGEND_ENTRIES).toList());
        values.put("limits", List.of(timeline.fromNs(), timeline.endNs()));
        values.put("unit", unit);
        values.put("unitName", unitName);
        values.put("maxZoom", maxZoom);
        values.put("zoom", zoom);
        values.put("middleName", "middle, " + unitName + " ");
        int decimals = (int) Math.ceil(Math.log10(STEPS * unit / whole));
        values.put("step", BigDecimal.ONE.movePointLeft(decimals));
        values.put("firstMiddle", rounded(timeline.fromNs() / unit, decimals, RoundingMode.FLOOR));
        values.put("lastMiddle", rounded(timeline.endNs() / unit, decimals, RoundingMode.CEILING));
        double middle = (timeline.fromNs() + whole / Math.pow(2, zoom) / 2) / unit;
        values.put("middle", rounded(middle, decimals + 2, RoundingMode.HALF_EVEN));
        values.put("precise", "." + Math.max(0, decimals + 2) + "f");
        return Vega.filled("timeline.vega.json", values);
    }

    /**
     * Returns a line for each bar.
     *
     * @param tasks is given the tasks, in the order in which they appear, with their numbers
     */
    private static String csv(Timeline timeline, Map<String, Integer> tasks) {
        var csv = new StringBuilder("row,task,from,for,moved,thin");
        for (Timeline.Bar bar : timeline.bars()) {
            if (bar.toNs() > timeline.fromNs() && bar.fromNs() < timeline.endNs()) {
                Integer task = tasks.computeIfAbsent(bar.task(), _ -> tasks.size());
                csv.append('\n').append(bar.row());
                csv.append(',').append(task);
                csv.append(',').append(bar.fromNs());
                csv.append(',').append(bar.toNs() - bar.fromNs());
                csv.append(',').append(bar.moved() ? 1 : 0);
                csv.append(',').append(bar.thin() ? 1 : 0);
            }
        }
        return csv.toString();
    }

    private static String arrows(Timeline timeline) {
        var csv = new StringBuilder("at,from,to");
        for (Timeline.Arrow arrow : timeline.arrows()) {
            csv.append('\n').append(arrow.timeNs());
            csv.append(',').append(arrow.from());
            csv.append(',').append(arrow.to());
        }
        return csv.toString();
    }

    private static int maxZoom(Timeline timeline, long whole, double zoom) {
        long shortest =
                timeline.bars().stream()
                        .mapToLong(bar -> bar.toNs() - bar.fromNs())
                        .filter(ns -> ns > 0)
                        .min()
                        .orElse(whole);
        double closest = log2(whole / (double) (CLOSEST * shortest));
        return (int) Math.ceil(Math.max(zoom, Math.clamp(closest, MIN_ZOOM, MAX_ZOOM)));
    }

    private static BigDecimal rounded(double value, int decimals, RoundingMode mode) {
        return BigDecimal.valueOf(value).setScale(decimals, mode);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private ZoomableTimeline() {}
}
