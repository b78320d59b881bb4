package org.schedbook.plot;

import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One figure against one parameter, as a line through points.
 *
 * @param values of the parameter, at least one
 * @param figures one for each value
 */
public record CurvePlot(
        String title, String parameter, String figure, double[] values, double[] figures)
        implements Plot {

    private static final int HEIGHT = 320;

    public CurvePlot {
        values = values.clone();
        figures = figures.clone();
        if (values.length < 1 || values.length != figures.length) {
            throw new IllegalArgumentException("a figure for each of some values");
        }
    }

    @Override
    public String altText() {
        return "%s: %s from %s to %s, %s from %s to %s."
                .formatted(
                        title,
                        parameter,
                        Style.number(values[0]),
                        Style.number(values[values.length - 1]),
                        figure,
                        Style.number(figures[0]),
                        Style.number(figures[figures.length - 1]));
    }

    @Override
    public String text() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(parameter, figure));
        for (int i = 0; i < values.length; i++) {
            rows.add(List.of(Style.number(values[i]), Style.number(figures[i])));
        }
        return title + "\n" + Style.columns(rows);
    }

    @Override
    public Picture picture() {
        XYChart chart = Style.chart(HEIGHT, figure);
        chart.setXAxisTitle(parameter);
        Style.line(chart, "line", Style.colour(0), 2f, values, figures);
        Style.points(chart, "points", Style.colour(0), SeriesMarkers.CIRCLE, values, figures);
        return new Picture(title, HEIGHT, g -> chart.paint(g, Picture.WIDTH, HEIGHT), "");
    }
}
