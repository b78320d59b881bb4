package org.schedbook.measure;

/**
 * The samples of one metric that are to be compared.
 *
 * @param better which way the metric should go
 * @param baseline what is compared to; at least one finite sample
 * @param candidate what is compared; at least one finite sample
 */
public record Pair(Better better, double[] baseline, double[] candidate) {

    public Pair {
        baseline = checked(baseline);
        candidate = checked(candidate);
    }

    @Override
    public double[] baseline() {
        return baseline.clone();
    }

    @Override
    public double[] candidate() {
        return candidate.clone();
    }

    private static double[] checked(double[] samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("there are no samples to compare");
        }
        for (double sample : samples) {
            if (!Double.isFinite(sample)) {
                throw new IllegalArgumentException("a sample is " + sample + ", no finite number");
            }
        }
        return samples.clone();
    }
}
