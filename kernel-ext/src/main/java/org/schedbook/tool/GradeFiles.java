package org.schedbook.tool;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.schedbook.check.Check;
import org.schedbook.check.Failure;
import org.schedbook.check.Points;
import org.schedbook.course.Grader.Graded;
import org.schedbook.course.Lab;
import org.schedbook.course.Marks;
import org.schedbook.file.NamedFile;
import org.schedbook.jupyter.Html;
import org.schedbook.jupyter.Plain;
import org.schedbook.plot.Timeline;
import org.schedbook.schedule.Schedule;
import org.schedbook.view.ScheduleChart;

/**
 * Grades as files: a table, JUnit's XML, and for each student a page and Gradescope's {@code
 * results.json}. Of hidden tests only their hints are in what a student gets.
 */
final class GradeFiles {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    // ---- The table ------------------------------------------------------------------------

    /** Writes a row for each student, the points of each part in a column. */
    static void csv(Path file, Lab lab, List<Graded> all) throws IOException {
        var lines = new ArrayList<String>();
        var header = new ArrayList<>(List.of("student", "points", "max"));
        lab.parts().forEach(part -> header.add(part.name()));
        header.addAll(List.of("seconds", "remarks"));
        lines.add(String.join(",", header));
        for (Graded each : all) {
            var row = new ArrayList<String>();
            row.add(quoted(each.student()));
            row.add(points(each, each.marks().points()));
            row.add(Marks.number(each.marks().max()));
            each.marks().parts().forEach(part -> row.add(points(each, part.points())));
            row.add(String.format(Locale.ROOT, "%.1f", each.took().toMillis() / 1e3));
            row.add(quoted(String.join(" ", each.remarks())));
            lines.add(String.join(",", row));
        }
        NamedFile.write(file, String.join("\n", lines) + "\n");
    }

    /** Nothing stands where nothing is known, for a zero would count. */
    private static String points(Graded graded, double points) {
        return graded.isGraded() ? Marks.number(points) : "";
    }

    /**
     * A spreadsheet takes what begins with one of these for a formula, in East Asia the wide ones.
     */
    static String quoted(String text) {
        String plain = Plain.of(text).replace('\n', ' ');
        String safe = plain.matches("[=+\\-@\\t\uFF1D\uFF0B\uFF0D\uFF20].*") ? "'" + plain : plain;
        return '"' + safe.replace("\"", "\"\"") + '"';
    }

    // ---- JUnit ----------------------------------------------------------------------------

    /** Writes a suite for each student, with a case for each part. */
    static void junit(Path file, List<Graded> all) throws IOException {
        var out = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(out);
            xml.writeStartDocument();
            xml.writeStartElement("testsuites");
            for (Graded each : all) {
                xml.writeStartElement("testsuite");
                xml.writeAttribute("name", inXml(each.student()));
                xml.writeAttribute("tests", String.valueOf(each.marks().parts().size()));
                xml.writeAttribute(
                        each.isGraded() ? "failures" : "errors",
                        String.valueOf(
                                each.marks().parts().stream().filter(p -> !p.passed()).count()));
                for (Marks.OfPart part : each.marks().parts()) {
                    xml.writeStartElement("testcase");
                    xml.writeAttribute("classname", each.marks().lab().name());
                    xml.writeAttribute("name", part.part().name());
                    if (!part.passed()) {
                        xml.writeStartElement(each.isGraded() ? "failure" : "error");
                        xml.writeAttribute("message", points(part));
                        xml.writeCharacters(inXml(said(part)));
                        xml.writeEndElement();
                    }
                    xml.writeEndElement();
                }
                xml.writeEndElement();
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
        NamedFile.write(file, out.toString());
    }

    private static String inXml(String text) {
        return Plain.of(text).replaceAll("[^\\t\\n\\x20-\\uD7FF\\uE000-\\uFFFD]", "\uFFFD");
    }

    // ---- Gradescope -----------------------------------------------------------------------

    /** Writes what Gradescope's autograder shows a student. */
    static void gradescope(Path file, Graded graded) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("score", graded.marks().points());
        root.put("output", String.join("\n", graded.remarks()));
        ArrayNode tests = root.putArray("tests");
        for (Marks.OfPart part : graded.marks().parts()) {
            ObjectNode test = tests.addObject();
            test.put("name", part.part().name() + ": " + part.part().what());
            test.put("score", part.points());
            test.put("max_score", part.max());
            test.put("status", part.passed() ? "passed" : "failed");
            test.put("output", said(part));
            test.put("visibility", "visible");
        }
        NamedFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root));
    }

    // ---- Feedback ---------------------------------------------------------------------------

    /** Writes a page for a student. */
    static void feedback(Path file, Graded graded) throws IOException {
        Marks marks = graded.marks();
        var page = new StringBuilder();
        page.append(
                """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>%s</title><style>
                body { font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
                img { max-width: 100%%; background: white; }
                pre { white-space: pre-wrap; overflow-x: auto; background: rgba(128,128,128,.12); padding: .6em; }
                @media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } }
                </style></head><body>
                """
                        .formatted(Html.escape(marks.lab().name() + ", " + graded.student())));
        page.append("<h1>%s</h1>".formatted(Html.escape(marks.lab().title())));
        page.append(
                "<p>%s: <b>%s of %s points</b></p>"
                        .formatted(
                                Html.escape(graded.student()),
                                Marks.number(marks.points()),
                                Marks.number(marks.max())));
        for (String remark : graded.remarks()) {
            page.append("<p>%s</p>".formatted(Html.escape(remark)));
        }
        for (Marks.OfPart part : marks.parts()) {
            page.append(
                    "<h2>%s %s</h2><p>%s. %s</p>"
                            .formatted(
                                    part.passed() ? "✓" : "✗",
                                    Html.escape(part.part().name()),
                                    Html.escape(part.part().what()),
                                    points(part)));
            if (!part.passed()) {
                page.append("<pre>%s</pre>".formatted(Html.escape(said(part))));
                page.append(picture(part));
            }
        }
        NamedFile.write(file, page.append("</body></html>\n").toString());
    }

    /**
     * The schedule around the first difference, of the first open test that has one; or nothing.
     */
    private static String picture(Marks.OfPart part) {
        return part.open().stream()
                .filter(test -> test.failure() != null && test.failure().cut().schedule() != null)
                .findFirst()
                .map(test -> picture(test.name(), test.failure().cut()))
                .orElse("");
    }

    private static String picture(String test, Failure.Cut cut) {
        Schedule schedule = cut.schedule();
        IntFunction<String> names = Check.that(schedule)::name; // as in the text
        Timeline timeline =
                new ScheduleChart(
                                List.of(new ScheduleChart.Labelled("", schedule, names)),
                                cut.fromNs(),
                                Optional.of(cut.toNs()),
                                false,
                                false,
                                false)
                        .timeline(test, "")
                        .captioned(
                                "Around the first difference; the same stands in letters above.");
        return "<p><img alt=\"%s\" src=\"data:image/png;base64,%s\"></p>"
                .formatted(
                        Html.escape(timeline.altText()),
                        Base64.getEncoder().encodeToString(timeline.png()));
    }

    private static String points(Marks.OfPart part) {
        return "%s of %s points".formatted(Marks.number(part.points()), Marks.number(part.max()));
    }

    /** What a student is told of a part: the open tests in full, of the hidden ones their hints. */
    private static String said(Marks.OfPart part) {
        var said = new ArrayList<String>();
        if (!part.problem().isEmpty()) {
            said.add(part.problem());
        }
        for (Points.Test test : part.open()) {
            said.add("%s %s".formatted(Points.mark(test.outcome()), test.name()));
            if (!test.why().isEmpty()) {
                said.add(test.why().indent(2).stripTrailing());
            }
        }
        if (!part.hidden().isEmpty()) {
            long passed = part.hidden().stream().filter(Points.Test::passed).count();
            said.add(
                    "%d of %d tests that are not public passed."
                            .formatted(passed, part.hidden().size()));
        }
        part.hints().forEach(hint -> said.add("Of one that failed: " + hint));
        return said.stream().collect(Collectors.joining("\n"));
    }

    /** A name for a file that stands for a student, whatever the student is called. */
    static String fileName(String student) {
        String safe = student.replaceAll("[^A-Za-z0-9._@-]", "_");
        return safe.equals(student) && safe.length() <= 80 && !safe.startsWith(".")
                ? safe
                : "%s-%s"
                        .formatted(
                                safe.substring(0, Math.min(safe.length(), 60))
                                        .replaceAll("^\\.+", "_"),
                                UUID.nameUUIDFromBytes(student.getBytes(StandardCharsets.UTF_8)));
    }

    private GradeFiles() {}
}
