package org.schedbook.tool;

import java.util.List;
import java.util.Locale;

/** A line that a benchmark prints: a JSON object. */
final class Row {

    /**
     * Prints the median as value, and the extremes as low and high.
     *
     * @param values one at least
     */
    static void print(String metric, String unit, List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "{\"metric\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",\"peer\":null,\"ratio\":null,"
                        + "\"low\":%.3f,\"high\":%.3f,\"n\":%d}%n",
                metric,
                sorted.get((sorted.size() - 1) / 2),
                unit,
                sorted.getFirst(),
                sorted.getLast(),
                sorted.size());
    }

    private Row() {}
}
