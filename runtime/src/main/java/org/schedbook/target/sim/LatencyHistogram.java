package org.schedbook.target.sim;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts of durations in buckets of equal relative width: 32 to a power of two, so a percentile is
 * at most 3.2 % too high.
 */
final class LatencyHistogram {

    private static final int SUB_BITS = 5;

    private final long[] counts = new long[(64 - SUB_BITS) << SUB_BITS];

    private final String comm;
    private long count;
    private long max;

    LatencyHistogram(String comm) {
        this.comm = comm;
    }

    void record(long ns) {
        counts[bucket(ns)]++;
        count++;
        max = Math.max(max, ns);
    }

    /** Returns the summary, percentiles as the upper ends of their buckets. */
    SimResult.Latency summary() {
        return new SimResult.Latency(
                comm,
                count,
                percentile(500),
                percentile(950),
                percentile(990),
                percentile(999),
                max,
                micros());
    }

    /** Returns how often each latency was seen, the upper ends of the buckets in µs. */
    private SortedMap<Long, Long> micros() {
        var micros = new TreeMap<Long, Long>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                micros.merge(Math.min(upperEnd(i), max) / 1000, counts[i], Long::sum);
            }
        }
        return micros;
    }

    private long percentile(int perMille) {
        long rank = (count * perMille + 999) / 1000;
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank && seen > 0) {
                return Math.min(upperEnd(i), max);
            }
        }
        return 0;
    }

    private static int bucket(long ns) {
        int shift = Math.max(0, 64 - Long.numberOfLeadingZeros(ns) - SUB_BITS - 1);
        return (shift << SUB_BITS) + (int) (ns >>> shift);
    }

    private static long upperEnd(int bucket) {
        int shift = Math.max(0, (bucket >> SUB_BITS) - 1);
        long sub = bucket - ((long) shift << SUB_BITS);
        return ((sub + 1) << shift) - 1;
    }
}
