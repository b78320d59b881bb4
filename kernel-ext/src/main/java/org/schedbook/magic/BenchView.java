package org.schedbook.magic;

import java.util.List;
import java.util.Locale;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Workload;
import org.schedbook.jupyter.Table;
import org.schedbook.measure.Summary;

/** How a {@link BenchResult} looks in a notebook. */
final class BenchView {

    static Table table(BenchResult result) {
        Workload workload = result.workload();
        return new Table(
                caption(result),
                List.of(
                        "policy",
                        "median, " + workload.unit(),
                        "min",
                        "max",
                        "runs",
                        "ratio to " + result.baseline()),
                result.rows().stream().map(BenchView::row).toList());
    }

    private static List<String> row(BenchResult.Row row) {
        Summary summary = row.summary();
        return List.of(
                row.contender(),
                number(summary.median()),
                number(summary.min()),
                number(summary.max()),
                Integer.toString(summary.n()),
                number(row.ratio()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** Returns what was run, what is better, and on what machine. */
    static String caption(BenchResult result) {
        Workload workload = result.workload();
        return "%s: %s in %s, %s is better; %s; %tF"
                .formatted(
                        workload.commandLine(),
                        workload.metric(),
                        workload.unit(),
                        workload.lowerIsBetter() ? "less" : "more",
                        result.machine().caption(),
                        java.util.Date.from(result.started()));
    }

    private BenchView() {}
}
