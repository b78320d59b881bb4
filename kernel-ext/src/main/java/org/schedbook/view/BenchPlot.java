package org.schedbook.view;

import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.jupyter.CellError;
import org.schedbook.measure.Better;
import org.schedbook.measure.Histogram;
import org.schedbook.measure.Metric;
import org.schedbook.plot.LatencyPlot;
import org.schedbook.plot.RatioPlot;
import org.schedbook.plot.SamplePlot;
import org.schedbook.plot.Series;
import org.schedbook.plot.TradePlot;

/** How a measurement is drawn. */
public final class BenchPlot {

    /**
     * Returns every run of the headline metric as a dot.
     *
     * @throws IllegalArgumentException if nothing was measured
     */
    public static SamplePlot of(BenchResult result) {
        List<Series> series =
                result.samples().entrySet().stream()
                        .filter(entry -> !entry.getValue().isEmpty())
                        .map(
                                entry ->
                                        new Series(
                                                entry.getKey(),
                                                entry.getValue().stream()
                                                        .mapToDouble(Double::doubleValue)
                                                        .toArray()))
                        .toList();
        return new SamplePlot(
                result.workload().title(),
                result.workload().headline().name(),
                result.workload().headline().unit(),
                series,
                BenchView.caption(result));
    }

    /**
     * Returns how each candidate compares to the baseline on each metric, with intervals.
     *
     * @param results of the same contenders, at least one
     */
    public static RatioPlot ratios(List<BenchResult> results) {
        var ratios = new ArrayList<RatioPlot.Ratio>();
        for (BenchResult result : results) {
            for (BenchResult.Row row : result.rows()) {
                row.comparison()
                        .ifPresent(
                                c ->
                                        ratios.add(
                                                new RatioPlot.Ratio(
                                                        row.contender(),
                                                        on(result, row.metric(), results.size()),
                                                        c.ratio(),
                                                        c.interval().low(),
                                                        c.interval().high(),
                                                        c.words())));
            }
        }
        if (ratios.isEmpty()) {
            throw new CellError("Only one policy was measured, so there is nothing to compare.")
                    .next("Measure two: %bench messaging, or %compare eevdf fifo");
        }
        BenchResult first = results.getFirst();
        return new RatioPlot(
                results.size() == 1 ? first.workload().title() : "Compared to " + first.baseline(),
                "ratio to " + first.baseline(),
                ratios,
                "Bars are intervals; one that crosses 1 tells nothing; %s; %s; %tF"
                        .formatted(
                                better(results),
                                first.machine().caption(),
                                Date.from(first.started())));
    }

    private static String on(BenchResult result, Metric metric, int workloads) {
        return workloads == 1 ? metric.name() : result.workload().name() + ": " + metric.name();
    }

    /** Says which way is better, metric by metric where they differ. */
    private static String better(List<BenchResult> results) {
        var ways = new LinkedHashMap<String, Better>();
        for (BenchResult result : results) {
            for (Metric metric : result.workload().metrics()) {
                ways.put(metric.name(), metric.better());
            }
        }
        if (ways.values().stream().distinct().count() == 1) {
            return ways.values().iterator().next().word() + " is better";
        }
        var more = new ArrayList<String>();
        ways.forEach(
                (name, way) -> {
                    if (way == Better.MORE) {
                        more.add(name);
                    }
                });
        return "less is better, but of %s more is".formatted(String.join(" and ", more));
    }

    /**
     * Returns every single latency that was measured.
     *
     * @throws CellError if the workload measures none
     */
    public static LatencyPlot latencies(BenchResult result, LatencyPlot.Shape shape) {
        var latencies = new LinkedHashMap<String, Histogram>();
        for (String contender : result.contenders()) {
            result.latencies(contender).ifPresent(h -> latencies.put(contender, h));
        }
        if (latencies.isEmpty()) {
            throw new CellError(result.workload().name() + " does not measure single latencies.")
                    .next(
                            others(
                                    load ->
                                            load.metrics().stream()
                                                    .anyMatch(m -> m.name().contains("latency"))));
        }
        return new LatencyPlot(
                result.workload().title(), latencies, shape, BenchView.caption(result));
    }

    /**
     * Returns the policies by throughput and latency.
     *
     * @throws CellError if the workload does not measure both
     */
    public static TradePlot pareto(BenchResult result) {
        Optional<Metric> rate = first(result, Better.MORE);
        Optional<Metric> latency = first(result, Better.LESS);
        if (rate.isEmpty() || latency.isEmpty()) {
            throw new CellError(
                            result.workload().name()
                                    + " does not measure a latency and a throughput.")
                    .next(
                            others(
                                    load ->
                                            load.metrics().stream()
                                                            .map(Metric::better)
                                                            .distinct()
                                                            .count()
                                                    > 1));
        }
        Map<String, Double> across = medians(result, rate.get());
        Map<String, Double> up = medians(result, latency.get());
        return new TradePlot(
                result.workload().title(),
                new TradePlot.Axis(rate.get().label(), false),
                new TradePlot.Axis(latency.get().label(), true),
                across.keySet().stream()
                        .map(name -> new TradePlot.Point(name, across.get(name), up.get(name)))
                        .toList(),
                "Medians; the line joins what no other policy beats on both. "
                        + BenchView.caption(result));
    }

    /** Names the workloads that do measure such. */
    private static String others(Predicate<Workload> such) {
        List<String> names = Workloads.all().stream().filter(such).map(Workload::name).toList();
        return "%%bench %s and %s do."
                .formatted(String.join(", ", names.subList(0, names.size() - 1)), names.getLast());
    }

    private static Optional<Metric> first(BenchResult result, Better way) {
        return result.workload().metrics().stream()
                .filter(metric -> metric.better() == way)
                .findFirst();
    }

    private static Map<String, Double> medians(BenchResult result, Metric metric) {
        var medians = new LinkedHashMap<String, Double>();
        for (BenchResult.Row row : result.rows()) {
            if (row.metric().equals(metric)) {
                medians.put(row.contender(), row.summary().median());
            }
        }
        return medians;
    }

    private BenchPlot() {}
}
