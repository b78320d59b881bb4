package org.schedbook.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Histogram;
import org.schedbook.measure.Metric;
import org.schedbook.measure.Pair;
import org.schedbook.measure.Summary;
import org.schedbook.target.Machine;

/**
 * Samples of one workload under several contenders, with where they come from.
 *
 * @param contenders in the order asked for; the first is what the others are compared to
 * @param runs in the order they were made, warm-ups among them
 * @param sourceHashes of the policies among the contenders
 * @param machine what it was measured on
 * @param started when
 * @param ended why there are no more runs, a few words
 */
public record BenchResult(
        Workload workload,
        List<String> contenders,
        List<Run> runs,
        Map<String, String> sourceHashes,
        Machine machine,
        Plan plan,
        Instant started,
        String ended) {

    public BenchResult {
        contenders = List.copyOf(contenders);
        runs = List.copyOf(runs);
        sourceHashes = Map.copyOf(sourceHashes);
        if (contenders.isEmpty()) {
            throw new IllegalArgumentException("a measurement has a contender at least");
        }
    }

    /**
     * One line of the table.
     *
     * @param comparison with the baseline; empty for the baseline itself
     */
    public record Row(
            String contender, Metric metric, Summary summary, Optional<Comparison> comparison) {}

    /** Returns the name of what the others are compared to. */
    public String baseline() {
        return contenders.getFirst();
    }

    /** Returns whether there is anything for {@link #rows} to say. */
    public boolean hasFigures() {
        return !runs(baseline()).isEmpty();
    }

    /** Returns the counted runs of a contender. */
    public List<Run> runs(String contender) {
        return runs.stream()
                .filter(run -> run.contender().equals(contender) && run.round() >= plan.warmUps())
                .toList();
    }

    /** Returns what ran beside some of the runs, started in the background before. */
    public List<String> beside() {
        return runs.stream().flatMap(run -> run.beside().stream()).distinct().toList();
    }

    /** Returns the samples of the headline metric, by contender. */
    public Map<String, List<Double>> samples() {
        return samples(workload.headline());
    }

    /** Returns the samples of a metric, by contender; some may have none yet. */
    public Map<String, List<Double>> samples(Metric metric) {
        var samples = new LinkedHashMap<String, List<Double>>();
        contenders.forEach(contender -> samples.put(contender, samples(contender, metric)));
        return samples;
    }

    private List<Double> samples(String contender, Metric metric) {
        int index = workload.metrics().indexOf(metric);
        if (index < 0) {
            throw new IllegalArgumentException(workload.name() + " does not measure " + metric);
        }
        return runs(contender).stream().map(run -> run.reading().values().get(index)).toList();
    }

    /** Returns all single latencies of a contender, where the workload measures such. */
    public Optional<Histogram> latencies(String contender) {
        return runs(contender).stream()
                .flatMap(run -> run.reading().latencies().stream())
                .reduce(Histogram::plus);
    }

    /**
     * Returns the rows of each metric in turn, one for each contender that has samples; none while
     * the baseline has none. All comparisons are judged together.
     */
    public List<Row> rows() {
        if (!hasFigures()) {
            return List.of();
        }
        var pairs = new ArrayList<Pair>();
        for (Metric metric : workload.metrics()) {
            for (String candidate : candidates()) {
                pairs.add(
                        new Pair(
                                metric.better(),
                                array(samples(baseline(), metric)),
                                array(samples(candidate, metric))));
            }
        }
        var comparisons = Comparison.all(pairs, plan.looks().level(), plan.seed()).iterator();
        var rows = new ArrayList<Row>();
        for (Metric metric : workload.metrics()) {
            rows.add(row(baseline(), metric, Optional.empty()));
            for (String candidate : candidates()) {
                rows.add(row(candidate, metric, Optional.of(comparisons.next())));
            }
        }
        return rows;
    }

    /** Returns how each candidate that has samples compares on the headline metric. */
    public Map<String, Comparison> verdicts() {
        var verdicts = new LinkedHashMap<String, Comparison>();
        for (Row row : rows()) {
            if (row.metric().equals(workload.headline())) {
                row.comparison().ifPresent(c -> verdicts.put(row.contender(), c));
            }
        }
        return verdicts;
    }

    private List<String> candidates() {
        return contenders.stream().skip(1).filter(contender -> !runs(contender).isEmpty()).toList();
    }

    private Row row(String contender, Metric metric, Optional<Comparison> comparison) {
        return new Row(
                contender, metric, Summary.of(array(samples(contender, metric))), comparison);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
