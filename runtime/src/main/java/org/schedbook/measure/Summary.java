package org.schedbook.measure;

import java.util.Arrays;

/** The middle and the ends of a series of samples; a median, since timings have long tails. */
public record Summary(int n, double min, double median, double max) {

    /**
     * @throws IllegalArgumentException if there are no samples
     */
    public static Summary of(double... samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("there are no samples to summarise");
        }
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Summary(sorted.length, sorted[0], median, sorted[sorted.length - 1]);
    }
}
