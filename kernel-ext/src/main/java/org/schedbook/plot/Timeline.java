package org.schedbook.plot;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Who ran where and when: a row for each CPU, a bar for each stretch of a task on it, in the task's
 * colour; a CPU without a bar is idle, and a notch at the start of a bar says that the task came
 * from another CPU. There may be rows of tasks, too, with thin bars while they wait, and arrows
 * from who wakes to who is woken. The value of a cell, it shows itself as a PNG at 2×, with the
 * same rows in letters as plain text, and where the front end draws Vega as a chart to zoom and
 * move in, which goes on to the last of the bars.
 *
 * @param title above the chart
 * @param rows their names
 * @param bars in the order of their starts
 * @param arrows in the order of time
 * @param fromNs where the picture begins
 * @param toNs where it ends, later than that
 * @param endNs where the chart to zoom in ends, not before that
 * @param caption what it is of, set below the chart
 */
public record Timeline(
        String title,
        List<String> rows,
        List<Bar> bars,
        List<Arrow> arrows,
        long fromNs,
        long toNs,
        long endNs,
        String caption)
        implements Plot {

    /** Returns the same with other words below it. */
    public Timeline captioned(String words) {
        return new Timeline(title, rows, bars, arrows, fromNs, toNs, endNs, words);
    }

    /**
     * A stretch of a task on a CPU.
     *
     * @param row the number of its row
     * @param task the task's name in the chart, or what it waits in
     * @param moved whether the task ran on another CPU before
     * @param thin whether it waits, and does not run
     */
    public record Bar(int row, String task, long fromNs, long toNs, boolean moved, boolean thin) {

        /** A task runs. */
        public Bar(int row, String task, long fromNs, long toNs, boolean moved) {
            this(row, task, fromNs, toNs, moved, false);
        }
    }

    /** Something of one row does something to another. */
    public record Arrow(long timeNs, int from, int to) {}

    private static final int LEFT = 62;
    private static final int MOST_NAME = 240;

    private static final int TOP = 14;
    private static final int AXIS = 24;
    static final int LEGEND_ENTRIES = 14;
    private static final int TICKS = 5;

    /** Columns of the rows in letters. */
    private static final int COLUMNS = 72;

    /** Columns of their names, at most. */
    private static final int NAME_COLUMNS = 40;

    private static final String LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static final String UNKNOWN = "#";
    private static final String IDLE = ".";
    private static final String WAITS = "-";

    /** Rows of CPUs, and nothing else. */
    public Timeline(
            String title,
            int cpus,
            List<Bar> bars,
            long fromNs,
            long toNs,
            long endNs,
            String caption) {
        this(
                title,
                IntStream.range(0, cpus).mapToObj(cpu -> "CPU " + cpu).toList(),
                bars,
                List.of(),
                fromNs,
                toNs,
                endNs,
                caption);
    }

    public Timeline {
        rows = List.copyOf(rows);
        bars = List.copyOf(bars);
        arrows = List.copyOf(arrows);
        if (rows.isEmpty() || toNs <= fromNs || endNs < toNs) {
            throw new IllegalArgumentException("nothing to draw");
        }
    }

    @Override
    public String altText() {
        return String.format(
                Locale.ROOT,
                "%s: %d tasks on %d CPUs, %s",
                title,
                shown().stream().filter(bar -> !bar.thin()).map(Bar::task).distinct().count(),
                IntStream.range(0, rows.size()).filter(this::isCpu).count(),
                IntStream.range(0, rows.size())
                        .filter(this::isCpu)
                        .mapToObj(
                                row ->
                                        "%s busy %.0f %%"
                                                .formatted(
                                                        rows.get(row),
                                                        100.0 * busyNs(row) / (toNs - fromNs)))
                        .limit(16)
                        .collect(Collectors.joining(", ", "", ".")));
    }

    private boolean isCpu(int row) {
        return rows.get(row).contains("CPU ");
    }

    private long busyNs(int row) {
        return shown().stream()
                .filter(bar -> bar.row() == row && !bar.thin())
                .mapToLong(bar -> Math.min(bar.toNs(), toNs) - Math.max(bar.fromNs(), fromNs))
                .sum();
    }

    /** Returns the bars of which a part is in the picture. */
    private List<Bar> shown() {
        return bars.stream().filter(b -> b.toNs() > fromNs && b.fromNs() < toNs).toList();
    }

    /** Returns the tasks in the picture, in the order in which they appear. */
    private List<String> tasks() {
        return shown().stream().map(Bar::task).distinct().toList();
    }

    /** Returns the names of the rows as there is room for them. */
    List<String> labels() {
        return new Room(Style.CAPTION, MOST_NAME).shorten(rows);
    }

    /** How much room the names of the rows take. */
    int left() {
        double widest = Room.widest(labels(), Style.CAPTION);
        return (int) Math.max(LEFT, Math.ceil(widest) + Picture.MARGIN + 8);
    }

    @Override
    public DisplayData bundle() {
        DisplayData data = Plot.super.bundle();
        Vega.put(data, ZoomableTimeline.of(this));
        return data;
    }

    // ---- In letters -----------------------------------------------------------------------

    /** Returns each CPU as a line of letters, and which task each letter is. */
    @Override
    public String text() {
        List<String> tasks =
                shown().stream().filter(bar -> !bar.thin()).map(Bar::task).distinct().toList();
        var lines = new ArrayList<String>();
        lines.add(title);
        lines.add("%s to %s, %s a column".formatted(time(fromNs), time(toNs), time(columnNs())));
        List<String> labels = new Room(String::length, NAME_COLUMNS).shorten(rows);
        int wide = Math.max(7, labels.stream().mapToInt(String::length).max().orElse(0) + 1);
        for (int row = 0; row < rows.size(); row++) {
            lines.add(
                    rows.get(row).isEmpty()
                            ? ""
                            : ("%-" + wide + "s|%s|")
                                    .formatted(labels.get(row), letters(row, tasks)));
        }
        lines.add(
                IntStream.range(0, Math.min(tasks.size(), LETTERS.length()))
                                .mapToObj(i -> LETTERS.charAt(i) + " " + tasks.get(i))
                                .collect(Collectors.joining(", "))
                        + (tasks.size() > LETTERS.length() ? ", " + UNKNOWN + " others" : "")
                        + ("; " + IDLE + " idle")
                        + (bars.stream().anyMatch(Bar::thin) ? ", " + WAITS + " waits" : ""));
        lines.add(caption);
        return String.join("\n", lines);
    }

    private long columnNs() {
        return Math.max(1, (toNs - fromNs) / COLUMNS);
    }

    /** In each column the task that ran longest, or idle. */
    private String letters(int row, List<String> tasks) {
        List<Map<String, Long>> columns = new ArrayList<>();
        IntStream.range(0, COLUMNS).forEach(_ -> columns.add(new HashMap<>()));
        double columnNs = (toNs - fromNs) / (double) COLUMNS;
        for (Bar bar : shown()) {
            if (bar.row() != row) {
                continue;
            }
            long from = Math.max(bar.fromNs(), fromNs) - fromNs;
            long to = Math.min(bar.toNs(), toNs) - fromNs;
            int last = (int) Math.min(COLUMNS - 1, to / columnNs);
            for (int c = (int) (from / columnNs); c <= last; c++) {
                long part =
                        (long) (Math.min(to, (c + 1) * columnNs) - Math.max(from, c * columnNs));
                columns.get(c).merge(bar.thin() ? WAITS : bar.task(), part, Long::sum);
            }
        }
        return columns.stream()
                .map(ran -> letter(ran, columnNs, tasks))
                .collect(Collectors.joining());
    }

    private static String letter(Map<String, Long> ran, double columnNs, List<String> tasks) {
        long busy = ran.values().stream().mapToLong(Long::longValue).sum();
        if (busy < columnNs / 2) {
            return IDLE;
        }
        String longest =
                ran.entrySet().stream()
                        .max(Map.Entry.<String, Long>comparingByValue())
                        .orElseThrow()
                        .getKey();
        if (longest.equals(WAITS)) {
            return WAITS;
        }
        int index = tasks.indexOf(longest);
        return index < LETTERS.length() ? LETTERS.substring(index, index + 1) : UNKNOWN;
    }

    // ---- In colours -----------------------------------------------------------------------

    @Override
    public Picture picture() {
        List<String> tasks = tasks();
        var colours = new LinkedHashMap<String, Color>();
        for (String task : tasks) {
            colours.put(task, shade(colours.size()));
        }
        var legend =
                new Legend(
                        tasks.stream().limit(LEGEND_ENTRIES).toList(),
                        colours.values().stream().limit(LEGEND_ENTRIES).toList(),
                        tasks.size() - LEGEND_ENTRIES);
        int height = rowHeight();
        int bottom = TOP + rows.size() * height;
        return new Picture(
                title,
                bottom + AXIS + legend.height(),
                g -> {
                    draw(g, height, colours);
                    legend.draw(g, bottom + AXIS + 12);
                },
                caption);
    }

    int rowHeight() {
        return Math.clamp(480 / rows.size(), 6, 26);
    }

    /** From times to places. */
    private record Axis(int left, long fromNs, long toNs) {

        double x(long ns) {
            double width = Picture.WIDTH - left - Picture.MARGIN;
            return left + width * (Math.clamp(ns, fromNs, toNs) - fromNs) / (toNs - fromNs);
        }
    }

    private void draw(Graphics2D g, int height, Map<String, Color> colours) {
        g.setFont(Style.CAPTION);
        List<String> labels = labels();
        var axis = new Axis(left(), fromNs, toNs);
        for (int row = 0; row < rows.size(); row++) {
            if (rows.get(row).isEmpty()) {
                continue;
            }
            int y = TOP + row * height;
            g.setColor(Style.ROW);
            g.fill(new Rectangle2D.Double(axis.left, y + 1, axis.x(toNs) - axis.left, height - 2));
            if (height >= 12 || row % 4 == 0) {
                g.setColor(Style.TEXT);
                g.drawString(labels.get(row), Picture.MARGIN, y + height / 2 + 5);
            }
        }
        drawTicks(g, axis, TOP + rows.size() * height);
        for (Bar bar : shown()) {
            drawBar(g, axis, bar, colours.get(bar.task()), TOP + bar.row() * height, height);
        }
        arrows.stream()
                .filter(arrow -> arrow.timeNs() >= fromNs && arrow.timeNs() <= toNs)
                .forEach(arrow -> drawArrow(g, axis, arrow, height));
    }

    private void drawArrow(Graphics2D g, Axis axis, Arrow arrow, int height) {
        double at = axis.x(arrow.timeNs());
        double from = TOP + (arrow.from() + .5) * height;
        double to = TOP + (arrow.to() + .5) * height;
        double back = to > from ? -4 : 4;
        g.setColor(Style.TEXT);
        g.draw(new Line2D.Double(at, from, at, to));
        g.draw(new Line2D.Double(at - 3, to + back, at, to));
        g.draw(new Line2D.Double(at + 3, to + back, at, to));
    }

    /** Each colour comes again lighter and darker, so that two tasks seldom look the same. */
    static Color shade(int index) {
        Color colour = Style.colour(index);
        return switch (index / 7 % 3) {
            case 1 -> mix(colour, Color.WHITE);
            case 2 -> mix(colour, Color.BLACK);
            default -> colour;
        };
    }

    private static Color mix(Color a, Color b) {
        return new Color(
                (a.getRed() * 3 + b.getRed() * 2) / 5,
                (a.getGreen() * 3 + b.getGreen() * 2) / 5,
                (a.getBlue() * 3 + b.getBlue() * 2) / 5);
    }

    private void drawBar(Graphics2D g, Axis axis, Bar bar, Color colour, int y, int height) {
        double from = axis.x(bar.fromNs());
        double width = Math.max(.5, axis.x(bar.toNs()) - from - .3);
        g.setColor(colour);
        if (bar.thin()) {
            g.fill(new Rectangle2D.Double(from, y + height / 2.0 - 1, width, 2));
            return;
        }
        g.fill(new Rectangle2D.Double(from, y + 2, width, height - 4));
        if (bar.moved() && width > 3) {
            var notch = new Path2D.Double();
            notch.moveTo(from, y + 2);
            notch.lineTo(from + 5, y + 2);
            notch.lineTo(from, y + 8);
            notch.closePath();
            g.setColor(Color.BLACK);
            g.fill(notch);
        }
        if (height >= 14 && g.getFontMetrics().stringWidth(bar.task()) + 8 < width) {
            g.setColor(ink(colour));
            g.drawString(bar.task(), (float) from + 5, y + height / 2 + 5);
        }
    }

    /** Returns the colour of letters on that one. */
    static Color ink(Color background) {
        return luminance(background) > .5 ? Color.BLACK : Color.WHITE;
    }

    private static double luminance(Color c) {
        return (.299 * c.getRed() + .587 * c.getGreen() + .114 * c.getBlue()) / 255;
    }

    private void drawTicks(Graphics2D g, Axis axis, int bottom) {
        for (int i = 0; i <= TICKS; i++) {
            long ns = fromNs + (toNs - fromNs) * i / TICKS;
            double at = axis.x(ns);
            g.setColor(Style.GRID);
            g.fill(new Rectangle2D.Double(at, TOP, 1, bottom - TOP + 4));
            g.setColor(Style.TEXT);
            String label = time(ns);
            int width = g.getFontMetrics().stringWidth(label);
            double left = Math.min(at - width / 2.0, Picture.WIDTH - width - 2.0);
            g.drawString(label, (float) left, bottom + 17);
        }
    }

    /** Returns a time in a unit that suits it. */
    static String time(long ns) {
        if (ns == 0) {
            return "0";
        }
        String[] units = {"ns", "µs", "ms", "s"};
        long[] sizes = {1, 1_000, 1_000_000, 1_000_000_000};
        int unit = (int) Arrays.stream(sizes).filter(size -> Math.abs(ns) >= size).count() - 1;
        return Style.number(ns / (double) sizes[unit]).replaceAll("\\.0*$|(\\.\\d*?)0+$", "$1")
                + " "
                + units[unit];
    }
}
