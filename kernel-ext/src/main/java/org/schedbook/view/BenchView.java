package org.schedbook.view;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Suite;
import org.schedbook.jupyter.Table;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Interval;
import org.schedbook.measure.Summary;

/** How measurements look in a notebook. */
public final class BenchView {

    public static Table table(BenchResult result) {
        boolean several = result.workload().metrics().size() > 1;
        return new Table(
                caption(result),
                header(
                        several ? List.of("metric", "policy") : List.of("policy"),
                        several ? "median" : "median, " + result.workload().headline().unit(),
                        result),
                result.rows().stream()
                        .map(
                                row ->
                                        row(
                                                several
                                                        ? List.of(
                                                                row.metric().label(),
                                                                row.contender())
                                                        : List.of(row.contender()),
                                                row))
                        .toList());
    }

    public static Table table(Suite suite) {
        BenchResult first = suite.results().getFirst();
        var rows = new ArrayList<List<String>>();
        for (BenchResult result : suite.results()) {
            for (BenchResult.Row row : result.rows()) {
                if (row.comparison().isPresent()) {
                    rows.add(row(List.of(result.workload().name(), row.metric().label()), row));
                }
            }
        }
        return new Table(
                "%s compared to %s; %s; %tF"
                        .formatted(
                                String.join(
                                        ", ",
                                        first.contenders().subList(1, first.contenders().size())),
                                first.baseline(),
                                first.machine().caption(),
                                Date.from(first.started())),
                header(List.of("workload", "metric"), "median", first),
                rows);
    }

    private static List<String> header(List<String> keys, String median, BenchResult result) {
        var header = new ArrayList<>(keys);
        header.addAll(
                List.of(
                        median,
                        "min",
                        "max",
                        "runs",
                        "ratio to " + result.baseline(),
                        percent(1 - result.plan().looks().level()) + " interval",
                        "verdict"));
        return header;
    }

    private static List<String> row(List<String> keys, BenchResult.Row row) {
        Summary summary = row.summary();
        var cells = new ArrayList<>(keys);
        cells.addAll(
                List.of(
                        number(summary.median()),
                        number(summary.min()),
                        number(summary.max()),
                        Integer.toString(summary.n()),
                        row.comparison().map(c -> ratio(c.ratio())).orElse("1.000"),
                        row.comparison()
                                .map(Comparison::interval)
                                .map(BenchView::interval)
                                .orElse(""),
                        row.comparison().map(Comparison::words).orElse("")));
        return cells;
    }

    public static String interval(Interval interval) {
        return Double.isNaN(interval.low())
                ? "–"
                : ratio(interval.low()) + "–" + ratio(interval.high());
    }

    public static String ratio(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "–";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.3g", 100 * share).replaceFirst("\\.0+$", "") + " %";
    }

    /** Four significant digits, no more than that of a large number's. */
    public static String number(double value) {
        int digits =
                value == 0
                        ? 0
                        : Math.clamp(3 - (int) Math.floor(Math.log10(Math.abs(value))), 0, 9);
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** Returns what was run, what is better, and on what machine. */
    public static String caption(BenchResult result) {
        var workload = result.workload();
        var headline = workload.headline();
        return "%s: %s%s, %s is better; %s; %tF"
                .formatted(
                        workload.title(),
                        headline.name(),
                        headline.unit().isEmpty() ? "" : " in " + headline.unit(),
                        headline.better().word(),
                        result.machine().caption(),
                        Date.from(result.started()));
    }

    /** Returns how the runs were made. */
    public static String course(BenchResult result) {
        var plan = result.plan();
        return "Runs in random order, seed %d%s; %s.%s"
                .formatted(
                        plan.seed(),
                        switch (plan.warmUps()) {
                            case 0 -> "";
                            case 1 -> "; a warm-up round first, not counted";
                            default ->
                                    "; %d warm-up rounds first, not counted"
                                            .formatted(plan.warmUps());
                        },
                        result.ended(),
                        beside(result));
    }

    private static String beside(BenchResult result) {
        List<String> beside = result.beside();
        return beside.isEmpty()
                ? ""
                : " Beside them ran, left by %%shell in the background: %s."
                        .formatted(String.join(", ", beside));
    }

    private BenchView() {}
}
