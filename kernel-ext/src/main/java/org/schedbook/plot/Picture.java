package org.schedbook.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/**
 * What the charts have in common: a PNG at twice the screen's resolution on white, whatever the
 * theme, with a caption below; and its fonts and colours.
 */
final class Picture {

    static final int WIDTH = 720;
    static final int MARGIN = 12;

    static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 15);
    static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    static final Color TEXT = new Color(0x222222);
    static final Color GRID = new Color(0xE4E4E4);

    /** Okabe and Ito's colours, which stay apart for colour-blind readers. */
    private static final Color[] COLOURS = {
        new Color(0x0072B2),
        new Color(0xD55E00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0xE69F00),
        new Color(0x56B4E9),
        new Color(0x555555)
    };

    private static final int SCALE = 2;

    /** Returns the colour of the series of that number; they come again after some. */
    static Color colour(int index) {
        return COLOURS[index % COLOURS.length];
    }

    /**
     * Draws a picture.
     *
     * @param height what {@code content} needs, in pixels of the screen
     * @param content draws on an area of {@link #WIDTH} by that height
     * @param caption set below, in as many lines as it takes
     */
    static BufferedImage draw(int height, Consumer<Graphics2D> content, String caption) {
        List<String> lines = wrap(caption);
        int lineHeight = CAPTION.getSize() + 4;
        int total = height + lines.size() * lineHeight + MARGIN;
        var image = new BufferedImage(WIDTH * SCALE, total * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = graphics(image);
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.scale(SCALE, SCALE);
            content.accept(g);
            g.setColor(TEXT);
            g.setFont(CAPTION);
            for (int i = 0; i < lines.size(); i++) {
                g.drawString(lines.get(i), MARGIN, height + (i + 1) * lineHeight);
            }
        } finally {
            g.dispose();
        }
        return image;
    }

    /** Returns an empty chart in the style of all of them. */
    static XYChart chart(String title, int height, String yAxis) {
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(height)
                        .title(title)
                        .yAxisTitle(yAxis)
                        .build();
        var style = chart.getStyler();
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setPlotGridVerticalLinesVisible(false);
        style.setChartTitleBoxVisible(false);
        style.setChartTitleFont(TITLE);
        style.setAxisTitleFont(LABEL);
        style.setAxisTickLabelsFont(LABEL);
        style.setChartFontColor(TEXT);
        style.setAxisTickLabelsColor(TEXT);
        style.setLegendVisible(false);
        style.setLocale(Locale.ROOT);
        return chart;
    }

    /** Returns {@code image/png} with its size and alternative text, and {@code text/plain}. */
    static DisplayData bundle(BufferedImage image, String text, String altText) {
        var data = new DisplayData(text);
        data.putData("image/png", Base64.getEncoder().encodeToString(png(image)));
        data.putMetaData(
                "image/png",
                Map.of(
                        "width", image.getWidth() / SCALE,
                        "height", image.getHeight() / SCALE,
                        "alt", altText));
        return data;
    }

    /** Returns a text, cut where it would be wider than that. */
    static String fit(Graphics2D g, String text, double width) {
        FontMetrics metrics = g.getFontMetrics();
        String shown = text;
        for (int end = text.length() - 1; end > 1 && metrics.stringWidth(shown) > width; end--) {
            shown = text.substring(0, end) + "…";
        }
        return shown;
    }

    /** Four significant digits: more than a benchmark in a notebook can tell apart. */
    static String number(double value) {
        int decimals =
                value == 0
                        ? 0
                        : Math.clamp(3 - (int) Math.floor(Math.log10(Math.abs(value))), 0, 9);
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    static byte[] png(BufferedImage image) {
        var out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static Graphics2D graphics(BufferedImage image) {
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        return g;
    }

    private static List<String> wrap(String caption) {
        Graphics2D g = graphics(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
        FontMetrics metrics = g.getFontMetrics(CAPTION);
        g.dispose();
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : caption.split("\\s+")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && metrics.stringWidth(longer) > WIDTH - 2 * MARGIN) {
                lines.add(line.toString());
                longer = word;
            }
            line.setLength(0);
            line.append(longer);
        }
        lines.add(line.toString());
        return lines;
    }

    private Picture() {}
}
