package org.schedbook.measure;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Many latencies of one run, or of several.
 *
 * @param counts by latency in µs: how often it was seen
 */
public record Histogram(SortedMap<Long, Long> counts) {

    /**
     * @throws IllegalArgumentException if it is empty, or a latency or count is negative
     */
    public Histogram {
        counts = new TreeMap<>(counts);
        counts.values().removeIf(count -> count == 0);
        if (counts.isEmpty() || counts.firstKey() < 0) {
            throw new IllegalArgumentException("a histogram needs latencies, of 0 µs or more");
        }
        if (counts.values().stream().anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("a count is negative");
        }
    }

    /** Returns how many latencies there are. */
    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns the longest latency in µs. */
    public long max() {
        return counts.lastKey();
    }

    /**
     * Returns the latency in µs that a share of all does not exceed (nearest rank).
     *
     * @param share from 0 to 1: .99 for p99
     */
    public long percentile(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * total()));
        long seen = 0;
        for (Map.Entry<Long, Long> each : counts.entrySet()) {
            seen += each.getValue();
            if (seen >= rank) {
                return each.getKey();
            }
        }
        return max();
    }

    /** Returns both together. */
    public Histogram plus(Histogram other) {
        var sum = new TreeMap<>(counts);
        other.counts.forEach((latency, count) -> sum.merge(latency, count, Long::sum));
        return new Histogram(sum);
    }
}
