package org.schedbook.bench;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.schedbook.measure.Summary;
import org.schedbook.target.Machine;

/**
 * Samples of one workload under several contenders, with where they come from.
 *
 * @param samples by contender, in the order asked for; the first is what the others are compared to
 * @param sourceHashes of the policies among the contenders
 * @param machine what it was measured on
 * @param started when
 */
public record BenchResult(
        Workload workload,
        Map<String, List<Double>> samples,
        Map<String, String> sourceHashes,
        Machine machine,
        Instant started) {

    public BenchResult {
        var copy = new LinkedHashMap<String, List<Double>>();
        samples.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        samples = copy;
        sourceHashes = Map.copyOf(sourceHashes);
    }

    /** One contender's line of the table; {@code ratio} is its median over the baseline's. */
    public record Row(String contender, Summary summary, double ratio) {}

    /** Returns a row for each contender that has samples; none while the baseline has none. */
    public List<Row> rows() {
        List<Double> baseline = samples.values().iterator().next();
        if (baseline.isEmpty()) {
            return List.of();
        }
        double reference = summary(baseline).median();
        return samples.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(
                        entry -> {
                            Summary summary = summary(entry.getValue());
                            return new Row(entry.getKey(), summary, summary.median() / reference);
                        })
                .toList();
    }

    /** Returns the name of what the others are compared to. */
    public String baseline() {
        return samples.keySet().iterator().next();
    }

    private static Summary summary(List<Double> values) {
        return Summary.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
