package org.schedbook.plot;

import java.awt.Dimension;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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
    private static final int CAPTION_LINE = Style.CAPTION.getSize() + 4;

    private final int contentHeight;
    private final Consumer<Graphics2D> content;
    private final List<String> caption;

    /**
     * @param height what {@code content} needs, in pixels of the screen
     * @param content draws on an area of {@link #WIDTH} by that height
     * @param caption set below, in as many lines as it takes
     */
    Picture(int height, Consumer<Graphics2D> content, String caption) {
        this.contentHeight = height;
        this.content = content;
        this.caption = wrap(caption);
    }

    /** Returns the height in pixels of the screen. */
    int height() {
        return contentHeight + caption.size() * CAPTION_LINE + MARGIN;
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
        content.accept(g);
        g.setColor(Style.TEXT);
        g.setFont(Style.CAPTION);
        for (int i = 0; i < caption.size(); i++) {
            g.drawString(caption.get(i), MARGIN, contentHeight + (i + 1) * CAPTION_LINE);
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

    /** Returns a caption in lines that fit. */
    static List<String> wrap(String caption) {
        Graphics2D g = smooth(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics());
        FontMetrics metrics = g.getFontMetrics(Style.CAPTION);
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
}
