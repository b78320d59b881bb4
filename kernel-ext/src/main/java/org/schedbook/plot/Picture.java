package org.schedbook.plot;

import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.w3c.dom.Document;

/**
 * A drawing on white, whatever the theme, with a caption below: as a PNG at twice the screen's
 * resolution, or as SVG.
 */
public final class Picture {

    static final int WIDTH = 720;
    static final int MARGIN = 12;

    private static final int SCALE = 2;
    private static final int TITLE_LINE = Style.TITLE.getSize() + 5;
    private static final int CAPTION_LINE = Style.CAPTION.getSize() + 4;

    private final List<String> title;
    private final int contentHeight;
    private final Consumer<Graphics2D> content;
    private final List<String> caption;

    /**
     * @param title set above, in as many lines as it takes
     * @param height what {@code content} needs, in pixels of the screen
     * @param content draws on an area of {@link #WIDTH} by that height
     * @param caption set below, in as many lines as it takes
     */
    Picture(String title, int height, Consumer<Graphics2D> content, String caption) {
        this.title = wrap(title, Style.TITLE);
        this.contentHeight = height;
        this.content = content;
        this.caption = wrap(caption, Style.CAPTION);
    }

    /** Returns the height in pixels of the screen. */
    int height() {
        return title.size() * TITLE_LINE + contentHeight + caption.size() * CAPTION_LINE + MARGIN;
    }

    BufferedImage image() {
        var image = new BufferedImage(WIDTH * SCALE, height() * SCALE, BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = smooth(image.createGraphics());
        try {
            g.scale(SCALE, SCALE);
            draw(g);
        } finally {
            g.dispose();
        }
        return image;
    }

    byte[] png() {
        var out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image(), "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    String svg() {
        var g = new SVGGraphics2D(svgDocument());
        g.setSVGCanvasSize(new Dimension(WIDTH, height()));
        var out = new StringWriter();
        try {
            draw(g);
            g.stream(out, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            g.dispose();
        }
        return out.toString();
    }

    private static Document svgDocument() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(SVGGraphics2D.SVG_NAMESPACE_URI, "svg", null);
        } catch (ParserConfigurationException e) {
            throw new AssertionError("the JDK has a parser", e);
        }
    }

    private void draw(Graphics2D g) {
        g.setColor(Style.TEXT);
        g.setFont(Style.TITLE);
        drawLines(g, title, TITLE_LINE);
        g.translate(0, title.size() * TITLE_LINE);
        content.accept(g);
        g.translate(0, contentHeight);
        g.setColor(Style.TEXT);
        g.setFont(Style.CAPTION);
        drawLines(g, caption, CAPTION_LINE);
    }

    private static void drawLines(Graphics2D g, List<String> lines, int height) {
        for (int i = 0; i < lines.size(); i++) {
            g.drawString(lines.get(i), MARGIN, (i + 1) * height);
        }
    }

    private static Graphics2D smooth(Graphics2D g) {
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        return g;
    }

    /** Returns a text in lines that fit. */
    static List<String> wrap(String text, Font font) {
        return wrap(text, font, WIDTH);
    }

    /** Returns a text in lines that have room in a picture of that width. */
    static List<String> wrap(String text, Font font, int width) {
        return new Room(font, width - 2 * MARGIN).wrap(text);
    }
}
