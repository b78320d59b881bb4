package org.schedbook.plot;

import java.awt.Color;
import java.awt.Graphics2D;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which colours are whose, in as many columns as there is room for and as many lines as it takes:
 * XChart's own legend has one line, and cuts it.
 *
 * @param more how many are not named
 */
record Legend(List<String> names, List<Color> colours, int more) {

    private static final int MOST_COLUMNS = 5;
    private static final int LINE = 18;
    private static final int WIDTH = Picture.WIDTH - 2 * Picture.MARGIN;

    /** Where a name begins in its column, and how far the next is from it. */
    private static final int NAME = 17;

    private static final int GAP = 12;

    Legend {
        names = shown(names, WIDTH);
        colours = List.copyOf(colours);
    }

    /** Returns names as there is room for them in a legend of that width. */
    static List<String> shown(List<String> names, double width) {
        return new Room(Style.CAPTION, width - NAME - GAP).shorten(names);
    }

    /** Returns how many columns there is room for in that width, each as wide as it must be. */
    static int columns(List<String> names, double width) {
        return IntStream.iterate(MOST_COLUMNS, columns -> columns > 1, columns -> columns - 1)
                .filter(columns -> Arrays.stream(widths(names, columns)).sum() <= width)
                .findFirst()
                .orElse(1);
    }

    private static double[] widths(List<String> names, int columns) {
        var widths = new double[columns];
        for (int i = 0; i < names.size(); i++) {
            double width = NAME + Room.width(names.get(i), Style.CAPTION) + GAP;
            widths[i % columns] = Math.max(widths[i % columns], width);
        }
        return widths;
    }

    private int lines() {
        int columns = columns(names, WIDTH);
        return (names.size() + columns - 1) / columns + (more > 0 ? 1 : 0);
    }

    int height() {
        return lines() * LINE + 6;
    }

    /**
     * @param y the base of the first line
     */
    void draw(Graphics2D g, int y) {
        double[] widths = widths(names, columns(names, WIDTH));
        g.setFont(Style.CAPTION);
        double x = Picture.MARGIN;
        for (int i = 0; i < names.size(); i++) {
            int column = i % widths.length;
            int line = y + i / widths.length * LINE;
            x = column == 0 ? Picture.MARGIN : x + widths[column - 1];
            g.setColor(colours.get(i));
            g.fillRect((int) x, line - 10, 12, 12);
            g.setColor(Style.TEXT);
            g.drawString(names.get(i), (int) x + NAME, line);
        }
        if (more > 0) {
            g.drawString("and %d more".formatted(more), Picture.MARGIN, y + (lines() - 1) * LINE);
        }
    }
}
