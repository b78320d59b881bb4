package org.schedbook.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.schedbook.measure.Histogram;

/**
 * What one run of a workload came to.
 *
 * @param values one for each of the workload's metrics, finite
 * @param latencies all single latencies, where the workload measures such
 */
public record Reading(List<Double> values, Optional<Histogram> latencies) {

    /** As people and programs write them; Java would also take 1d and 0x1p3. */
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    private static final JsonMapper JSON = new JsonMapper();

    public Reading {
        values = List.copyOf(values);
        if (!values.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("not a finite number: " + values);
        }
    }

    static Reading of(Double... values) {
        return new Reading(List.of(values), Optional.empty());
    }

    /**
     * Reads a number that stands alone, as perf's simple format has it. It is 0 or more: what is
     * compared is a ratio.
     */
    static Optional<Reading> number(String output) {
        String number = output.strip();
        if (!NUMBER.matcher(number).matches()) {
            return Optional.empty();
        }
        double value = Double.parseDouble(number);
        return Double.isFinite(value) && value >= 0 ? Optional.of(of(value)) : Optional.empty();
    }

    /** Reads an object in JSON. */
    static Optional<JsonNode> json(String output) {
        try {
            return Optional.ofNullable(JSON.readTree(output)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Reads latencies in µs as keys, their counts as values. */
    static Optional<Histogram> histogram(JsonNode node) {
        var counts = new TreeMap<Long, Long>();
        try {
            for (var entry : node.properties()) {
                counts.merge(Long.valueOf(entry.getKey()), entry.getValue().asLong(), Long::sum);
            }
            return Optional.of(new Histogram(counts));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
