package org.schedbook.view;

import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.DisplayDataRenderable;
import org.schedbook.check.Points;
import org.schedbook.check.Ran;
import org.schedbook.check.Sweep;
import org.schedbook.jupyter.Html;
import org.schedbook.jupyter.Renderable;
import org.schedbook.plot.CurvePlot;
import org.schedbook.plot.Timeline;
import org.schedbook.schedule.Schedule;

/** How tests and what they look at are shown. */
final class CheckView {

    private static final String EDGE = "#4c8bf5";

    /** The number of points is all there is as text, for a grader reads it. */
    static Renderable points(Points points) {
        return () -> {
            var html = new StringBuilder("<b>" + Html.escape(points.summary()) + "</b>");
            for (Points.Test test : points.tests()) {
                html.append("<div>")
                        .append(Html.escape(Points.mark(test.outcome()) + " " + test.name()))
                        .append("</div>");
                if (!test.why().isEmpty()) {
                    html.append(Html.pre(test.why()));
                }
            }
            var data = new DisplayData(points.toString());
            data.putHTML(Html.box(EDGE, html.toString()));
            return data;
        };
    }

    static DisplayDataRenderable ran(Ran ran) {
        Schedule schedule = ran.schedule();
        String warning = warning(ran);
        String text = "%s\n%s".formatted(ran, warning).strip();
        if (schedule.endNs() == 0) {
            return (Renderable) () -> new DisplayData(text);
        }
        Timeline timeline =
                ScheduleChart.of(new ScheduleChart.Labelled("", schedule, ran::name))
                        .timeline(
                                "%s, %s".formatted(ran.policy(), schedule.source()),
                                "On a textbook's machine: scheduling costs nothing. %s"
                                        .formatted(warning)
                                        .strip());
        return (Renderable)
                () -> {
                    DisplayData data = timeline.bundle();
                    data.putText(text);
                    return data;
                };
    }

    /** A schedule looks like one, whoever made it. */
    private static String warning(Ran ran) {
        return ran.result()
                .filter(result -> !result.faults().isEmpty())
                .map(
                        result ->
                                "Not all of this is %s's doing. It failed in %s"
                                        .formatted(
                                                ran.policy(),
                                                result.faults().getFirst().sentence()))
                .orElse("");
    }

    static DisplayDataRenderable sweep(Sweep sweep) {
        if (sweep.points().isEmpty()) {
            return (Renderable) () -> new DisplayData("No values, no figures.");
        }
        return new CurvePlot(
                "%s against %s".formatted(sweep.figure(), sweep.parameter()),
                sweep.parameter(),
                sweep.figure(),
                sweep.points().stream().mapToDouble(Sweep.Point::value).toArray(),
                sweep.points().stream().mapToDouble(Sweep.Point::figure).toArray());
    }

    private CheckView() {}
}
