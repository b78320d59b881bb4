package org.schedbook.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import org.schedbook.jupyter.Html;
import org.schedbook.jupyter.Table;

/**
 * A report as one page of HTML that needs nothing else: pictures, samples and what it takes to do
 * it all again are in it. It runs no script.
 */
public final class ReportPage {

    private static final String DATA_BEGIN =
            "<script type=\"application/json\" id=\"schedbook-report\">";

    private static final String DATA_END = "</script>";

    private static final String STYLE =
            """
            :root { color-scheme: light dark; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
            h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.2em; }
            pre { overflow: auto; padding: .8em; border: 1px solid #8886; font-size: 14px; white-space: pre-wrap; }
            table { border-collapse: collapse; } td, th { padding: .15em .8em .15em 0; vertical-align: top; }
            td:first-child { white-space: normal !important; } td:last-child, th:last-child { min-width: 9em; }
            img { max-width: 100%; height: auto; } blockquote { border-left: 4px solid #8886; margin-left: 0; padding-left: 1em; white-space: pre-wrap; }
            .faint { opacity: .75; } @media print { body { margin: 0; } h2, figure { break-inside: avoid; } }
            """;

    /**
     * How a measurement is shown.
     *
     * @param title what was measured
     * @param table its figures
     * @param png a picture of them
     * @param alt what the picture shows, for those who cannot see it
     * @param notes sentences below
     */
    public record Figure(String title, Table table, byte[] png, String alt, List<String> notes) {}

    /**
     * Returns the page.
     *
     * @param figures one for each measurement of the report
     * @param again the command that does it all again
     */
    public static String html(LabReport report, List<Figure> figures, String again) {
        var page = new StringBuilder();
        String title = report.question().isEmpty() ? "Lab report" : report.question();
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width\">")
                .append("<meta name=\"generator\" content=\"Schedbook\"><title>")
                .append(Html.escape(title))
                .append("</title><style>\n")
                .append(STYLE)
                .append("</style></head><body><main>\n");
        page.append("<h1>").append(Html.escape(title)).append("</h1>\n");
        paragraph(page, "Written by Schedbook on %s.".formatted(report.written()), true);
        page.append("<h2>Results</h2>\n");
        figures.forEach(figure -> figure(page, figure));
        page.append("<h2>Policies</h2>\n");
        report.policies().forEach(policy -> policy(page, policy));
        page.append("<h2>How this was made</h2>\n");
        page.append(
                new Table(
                                "",
                                List.of("", ""),
                                report.software().entrySet().stream()
                                        .map(each -> List.of(each.getKey(), each.getValue()))
                                        .toList())
                        .html());
        page.append("<h3>Again</h3>\n<pre>").append(Html.escape(again)).append("</pre>\n");
        page.append("<p>All samples: ");
        attachment(page, "samples.csv", "text/csv", report.toCsv());
        page.append(", ");
        attachment(page, "report.json", "application/json", report.toJson());
        page.append(".</p>\n</main>\n");
        // In a script element nothing but its end is markup, and that cannot be in JSON like this.
        page.append(DATA_BEGIN)
                .append(report.toJson().replace("<", "\\u003c"))
                .append(DATA_END)
                .append("\n</body></html>\n");
        return page.toString();
    }

    /**
     * Returns the report that a page was made from.
     *
     * @throws IllegalArgumentException if the page is of something else
     */
    public static LabReport read(String html) {
        int from = html.indexOf(DATA_BEGIN);
        int to = from < 0 ? -1 : html.indexOf(DATA_END, from);
        if (to < 0) {
            throw new IllegalArgumentException("this page is no report of Schedbook's");
        }
        return LabReport.fromJson(html.substring(from + DATA_BEGIN.length(), to));
    }

    private static void figure(StringBuilder page, Figure figure) {
        page.append("<h3>").append(Html.escape(figure.title())).append("</h3>\n");
        page.append(figure.table().html());
        page.append("<figure style=\"margin:1em 0\"><img width=\"720\" alt=\"")
                .append(Html.escape(figure.alt()))
                .append("\" src=\"data:image/png;base64,")
                .append(Base64.getEncoder().encodeToString(figure.png()))
                .append("\"></figure>\n");
        figure.notes().forEach(note -> paragraph(page, note, true));
    }

    private static void policy(StringBuilder page, LabReport.Policy policy) {
        page.append("<h3>").append(Html.escape(policy.name())).append("</h3>\n");
        policy.prompt()
                .ifPresent(
                        prompt -> {
                            paragraph(
                                    page,
                                    "Written by %s, starting from %s%s, when told:"
                                            .formatted(
                                                    prompt.model(),
                                                    prompt.base(),
                                                    prompt.recordedOn()
                                                            .map(
                                                                    day ->
                                                                            " (replayed, recorded"
                                                                                    + " on "
                                                                                    + day
                                                                                    + ")")
                                                            .orElse("")),
                                    false);
                            page.append("<blockquote>")
                                    .append(Html.escape(prompt.words()))
                                    .append("</blockquote>\n");
                        });
        page.append("<pre>").append(Html.escape(policy.source())).append("</pre>\n");
        paragraph(
                page,
                policy.language().map("Written in %s. "::formatted).orElse("")
                        + "SHA-256 of the source: "
                        + policy.hash(),
                true);
    }

    private static void paragraph(StringBuilder page, String text, boolean faint) {
        page.append(faint ? "<p class=\"faint\">" : "<p>")
                .append(Html.escape(text))
                .append("</p>\n");
    }

    private static void attachment(StringBuilder page, String name, String type, String content) {
        page.append("<a download=\"%s\" href=\"data:%s;base64,".formatted(name, type))
                .append(Base64.getEncoder().encodeToString(content.getBytes(UTF_8)))
                .append("\">")
                .append(name)
                .append("</a>");
    }

    private ReportPage() {}
}
