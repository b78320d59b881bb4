package org.schedbook.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.schedbook.check.Points;
import org.schedbook.course.Marks;
import org.schedbook.jupyter.Html;
import org.schedbook.jupyter.Renderable;

/**
 * What became of the tests of a lab. Of the hidden ones only hints are shown.
 *
 * @param marks what became of them
 * @param asNumber whether all there is as text is the points, as a grader reads them
 */
public record MarksView(Marks marks, boolean asNumber) implements Renderable {

    private static final String EDGE = "#4c8bf5";

    @Override
    public DisplayData bundle() {
        var html = new StringBuilder("<b>" + Html.escape(summary()) + "</b>");
        for (Marks.OfPart part : marks.parts()) {
            html.append("<div>").append(Html.escape(title(part))).append("</div>");
            for (String line : lines(part)) {
                html.append(Html.pre(line));
            }
        }
        var data = new DisplayData(asNumber ? marks.score() : text());
        data.putHTML(Html.box(EDGE, html.toString()));
        return data;
    }

    private String text() {
        var lines = new ArrayList<String>();
        lines.add(summary());
        for (Marks.OfPart part : marks.parts()) {
            lines.add(title(part));
            lines(part).forEach(line -> lines.add(line.indent(4).stripTrailing()));
        }
        return String.join("\n", lines);
    }

    private String summary() {
        boolean passed = marks.parts().stream().allMatch(Marks.OfPart::passed);
        boolean complete = marks.parts().stream().allMatch(Marks.OfPart::complete);
        String whose = complete ? "tests" : "public tests";
        return passed
                ? "%s: %s passed. %s"
                        .formatted(
                                marks.lab().name(),
                                whose,
                                complete ? "" : "A grader has more of them.")
                        .strip()
                : "%s: %s of %s points of the %s."
                        .formatted(
                                marks.lab().name(),
                                plain(marks.points()),
                                plain(marks.max()),
                                whose);
    }

    private static String title(Marks.OfPart part) {
        return "%s %s, %s"
                .formatted(part.passed() ? "✓" : "✗", part.part().name(), part.part().what());
    }

    private static List<String> lines(Marks.OfPart part) {
        var lines = new ArrayList<String>();
        if (!part.problem().isEmpty()) {
            lines.add(part.problem());
        }
        for (Points.Test test : part.open()) {
            if (!test.passed()) {
                lines.add(
                        "%s %s\n%s"
                                .formatted(Points.mark(test.outcome()), test.name(), test.why()));
            }
        }
        part.hints().forEach(hint -> lines.add("A test that is not public failed. " + hint));
        return lines;
    }

    private static String plain(double points) {
        return String.format(Locale.ROOT, "%.2f", points).replaceAll("\\.?0+$", "");
    }
}
