package org.schedbook.view;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.jupyter.Card;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Interval;
import org.schedbook.measure.Summary;
import org.schedbook.plot.ParameterPlot;
import org.schedbook.plot.ParameterPlot.Line;
import org.schedbook.plot.ParameterPlot.Point;
import org.schedbook.plot.Plot;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.SweepRun;
import org.schedbook.sweep.Variant;
import org.schedbook.units.UnitRun;

/** How sweeps look: while they run, and what came of them. */
public final class SweepView {

    /** Returns how far a sweep is. */
    public static DisplayData card(SweepRun run) {
        UnitRun.Progress now = run.progress();
        var card = new Card("Sweep: " + run.sweep().title());
        card.row("units", UnitsView.units(now));
        if (now.elsewhere()) {
            card.row("who", "another process has them done; its results are taken as they come");
        }
        if (!now.note().isEmpty()) {
            card.row("machines", now.note());
        }
        // Of the outcomes this alone: to merge all runs for each look at the card would take long.
        run.failures()
                .forEach(
                        (workload, failures) -> {
                            if (!failures.isEmpty()) {
                                card.row("no figures", failures(workload, failures));
                            }
                        });
        if (!now.given().isEmpty()) {
            card.row("given up", UnitsView.givenUp(now));
        }
        return card.bundle();
    }

    /** Returns which variants have no figures, and why. */
    public static String failures(Sweep.Outcome outcome) {
        return failures(outcome.workload(), outcome.failures());
    }

    private static String failures(Workload workload, Map<String, String> failures) {
        return failures.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue())
                .collect(Collectors.joining("\n", "under %s\n".formatted(workload.name()), ""));
    }

    /** Returns the figures of a workload against what varies most. */
    public static Plot plot(Sweep sweep, BenchResult measured) {
        Optional<String> parameter = parameter(sweep);
        if (parameter.isEmpty()) {
            return BenchPlot.of(measured);
        }
        String name = parameter.get();
        var lines = new LinkedHashMap<String, List<Point>>();
        for (Variant variant : sweep.variants()) {
            if (measured.contenders().contains(variant.label())) {
                lines.computeIfAbsent(rest(variant, name), _ -> new ArrayList<>())
                        .add(point(variant.number(name), measured, variant.label()));
            }
        }
        boolean isTime = sweep.variants().stream().anyMatch(variant -> variant.isTime(name));
        var headline = measured.workload().headline();
        if (lines.values().stream().flatMap(List::stream).allMatch(p -> Double.isNaN(p.at()))) {
            return BenchPlot.of(measured);
        }
        return new ParameterPlot(
                "%s by %s".formatted(headline.name(), name),
                isTime ? name + " (ms)" : name,
                headline.unit().isEmpty()
                        ? headline.name()
                        : "%s (%s)".formatted(headline.name(), headline.unit()),
                lines.entrySet().stream().map(SweepView::line).toList(),
                "%s. Dots are medians, bars their 95 %% intervals; %s is better. %s"
                        .formatted(
                                measured.workload().title(),
                                headline.better().word(),
                                measured.machine().caption()));
    }

    private static Line line(Map.Entry<String, List<Point>> named) {
        return new Line(
                named.getKey(),
                named.getValue().stream().sorted(Comparator.comparingDouble(Point::at)).toList());
    }

    /** The constant with the most values that are numbers. */
    private static Optional<String> parameter(Sweep sweep) {
        return sweep.constants().stream()
                .filter(name -> values(sweep, name) > 1)
                .max(Comparator.comparingLong(name -> values(sweep, name)));
    }

    private static long values(Sweep sweep, String constant) {
        return sweep.variants().stream()
                .mapToDouble(variant -> variant.number(constant))
                .filter(Double::isFinite)
                .distinct()
                .count();
    }

    /** Returns what a variant is called besides the value of one constant. */
    private static String rest(Variant variant, String constant) {
        return variant.policy()
                + variant.labels().entrySet().stream()
                        .filter(each -> !each.getKey().equals(constant))
                        .map(each -> " " + each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining());
    }

    private static Point point(double at, BenchResult measured, String label) {
        double[] samples =
                measured.samples().get(label).stream().mapToDouble(Double::doubleValue).toArray();
        Interval interval = interval(samples, measured);
        return new Point(at, Summary.of(samples).median(), interval.low(), interval.high());
    }

    private static Interval interval(double[] samples, BenchResult measured) {
        return Interval.ofMedian(samples, 1 - Comparison.LEVEL, measured.plan().seed());
    }

    /**
     * A line of a table that other programs read.
     *
     * @param variant what was measured
     * @param metric its name; empty where there is no figure
     * @param failure why there is none; empty where there is
     */
    public record Row(
            String workload,
            Variant variant,
            String metric,
            String unit,
            String better,
            double[] samples,
            double median,
            Interval interval,
            String failure) {}

    /** Returns the figures of all metrics, and the variants that have none. */
    public static List<Row> rows(Sweep sweep, List<Sweep.Outcome> outcomes) {
        var rows = new ArrayList<Row>();
        for (Sweep.Outcome outcome : outcomes) {
            String workload = Workloads.write(outcome.workload());
            for (Variant variant : sweep.variants()) {
                outcome.measured()
                        .filter(measured -> measured.contenders().contains(variant.label()))
                        .ifPresent(measured -> rows.addAll(rows(workload, variant, measured)));
                String failure = outcome.failures().get(variant.label());
                if (failure != null) {
                    rows.add(
                            new Row(
                                    workload,
                                    variant,
                                    "",
                                    "",
                                    "",
                                    new double[0],
                                    Double.NaN,
                                    new Interval(Double.NaN, Double.NaN),
                                    failure));
                }
            }
        }
        return rows;
    }

    private static List<Row> rows(String workload, Variant variant, BenchResult measured) {
        return measured.workload().metrics().stream()
                .map(
                        metric -> {
                            double[] samples =
                                    measured.samples(metric).get(variant.label()).stream()
                                            .mapToDouble(Double::doubleValue)
                                            .toArray();
                            return new Row(
                                    workload,
                                    variant,
                                    metric.name(),
                                    metric.unit(),
                                    metric.better().word(),
                                    samples,
                                    Summary.of(samples).median(),
                                    interval(samples, measured),
                                    "");
                        })
                .toList();
    }

    private SweepView() {}
}
