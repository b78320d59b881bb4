package org.schedbook.plot;

import java.util.Arrays;

/**
 * The samples of one thing measured.
 *
 * @param name what it is called in the chart, a policy's name for instance
 * @param samples at least one finite value
 */
public record Series(String name, double[] samples) {

    public Series {
        samples = samples.clone();
        if (samples.length == 0) {
            throw new IllegalArgumentException(name + " has no samples");
        }
        if (!Arrays.stream(samples).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(name + " has a sample that is not a finite number");
        }
    }

    @Override
    public double[] samples() {
        return samples.clone();
    }

    /**
     * Returns a quantile, between samples by linear interpolation (Hyndman and Fan's type 7, R's
     * default).
     *
     * @param q from 0 to 1
     */
    double quantile(double q) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        double at = q * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
