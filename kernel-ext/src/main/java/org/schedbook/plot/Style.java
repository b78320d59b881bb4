package org.schedbook.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What the charts have in common: fonts, colours, how numbers are written and lines drawn. */
final class Style {

    static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 15);
    static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    /** Charts have the page for their ground, so these must be read on white and on black. */
    static final Color TEXT = new Color(0x777777);

    static final Color GRID = new Color(128, 128, 128, 70);
    static final Color ROW = new Color(128, 128, 128, 24);
    private static final Color NOTHING = new Color(255, 255, 255, 0);

    /** Okabe and Ito's colours, which stay apart for colour-blind readers. */
    private static final Color[] COLOURS = {
        new Color(0x0072B2),
        new Color(0xD55E00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0xE69F00),
        new Color(0x56B4E9),
        new Color(0x8A8A8A)
    };

    /** Returns the colour of the series of that number; they come again after some. */
    static Color colour(int index) {
        return COLOURS[index % COLOURS.length];
    }

    /** Returns an empty chart in the style of all of them; {@link Picture} writes its title. */
    static XYChart chart(int height, String yAxis) {
        XYChart chart =
                new XYChartBuilder().width(Picture.WIDTH).height(height).yAxisTitle(yAxis).build();
        var style = chart.getStyler();
        style.setChartBackgroundColor(NOTHING);
        style.setPlotBackgroundColor(NOTHING);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setPlotGridVerticalLinesVisible(false);
        style.setChartTitleVisible(false);
        style.setAxisTitleFont(LABEL);
        style.setAxisTickLabelsFont(LABEL);
        style.setChartFontColor(TEXT);
        style.setAxisTickLabelsColor(TEXT);
        style.setLegendVisible(false);
        style.setLocale(Locale.ROOT);
        return chart;
    }

    /** Returns a chart of lines with their names below it. */
    static Picture withLegend(String title, XYChart chart, String caption) {
        List<XYSeries> named =
                chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).toList();
        return withLegend(
                title,
                chart,
                new Legend(
                        named.stream().map(XYSeries::getName).toList(),
                        named.stream().map(XYSeries::getLineColor).toList(),
                        0),
                caption);
    }

    /** Returns a chart with a legend below it. */
    static Picture withLegend(String title, XYChart chart, Legend legend, String caption) {
        int height = chart.getHeight();
        return new Picture(
                title,
                height + legend.height(),
                g -> {
                    chart.paint(g, Picture.WIDTH, height);
                    legend.draw(g, height + 12);
                },
                caption);
    }

    /** Four significant digits: more than a benchmark in a notebook can tell apart. */
    static String number(double value) {
        int decimals =
                value == 0
                        ? 0
                        : Math.clamp(3 - (int) Math.floor(Math.log10(Math.abs(value))), 0, 9);
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** The same, with a dash where there is no number. */
    static String numberOrDash(double value) {
        return Double.isFinite(value) ? number(value) : "–";
    }

    /** Returns rows of equally many cells as lines of columns: the first to the left. */
    static String columns(List<List<String>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        }
        return rows.stream()
                .map(
                        row ->
                                IntStream.range(0, widths.length)
                                        .mapToObj(
                                                c ->
                                                        ("%"
                                                                        + (c == 0 ? "-" : "")
                                                                        + widths[c]
                                                                        + "s")
                                                                .formatted(row.get(c)))
                                        .collect(Collectors.joining("  ")))
                .collect(Collectors.joining("\n"));
    }

    static XYSeries line(
            XYChart chart, String name, Color colour, float width, double[] xs, double... ys) {
        XYSeries line = chart.addSeries(name, uneven(xs), uneven(ys));
        line.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
        line.setMarker(SeriesMarkers.NONE);
        line.setLineColor(colour);
        line.setLineStyle(new BasicStroke(width));
        return line;
    }

    /**
     * Returns points with one more between the last two. Of points that are evenly apart XChart
     * takes its ticks, which are no round numbers then.
     */
    private static double[] uneven(double[] values) {
        int last = values.length - 1;
        if (last < 1) {
            return values;
        }
        double[] more = Arrays.copyOf(values, values.length + 1);
        more[last] = values[last - 1] + (values[last] - values[last - 1]) / 3;
        more[last + 1] = values[last];
        return more;
    }

    static XYSeries points(
            XYChart chart, String name, Color colour, Marker marker, double[] xs, double... ys) {
        XYSeries points = chart.addSeries(name, xs, ys);
        points.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        points.setMarker(marker);
        points.setMarkerColor(colour);
        return points;
    }

    /**
     * Writes names below their places on the horizontal axis, which knows numbers only.
     *
     * @param names equally many lines for each place
     */
    static void names(Graphics2D g, XYChart chart, int top, List<List<String>> names) {
        double slot = chart.getScreenXFromChart(2) - chart.getScreenXFromChart(1);
        g.setColor(TEXT);
        for (int line = 0; line < names.getFirst().size(); line++) {
            int nr = line;
            Font font = line == 0 ? LABEL : CAPTION;
            g.setFont(font);
            List<String> shown =
                    new Room(font, slot - 6)
                            .shorten(names.stream().map(each -> each.get(nr)).toList());
            for (int i = 0; i < shown.size(); i++) {
                double middle = chart.getScreenXFromChart(i + 1);
                g.drawString(
                        shown.get(i),
                        (float) (middle - Room.width(shown.get(i), font) / 2),
                        top + 8 + line * 16);
            }
        }
    }

    private Style() {}
}
