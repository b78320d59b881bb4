package org.schedbook.measure;

/** A range that a figure probably lies in; both ends NaN where none can be given. */
public record Interval(double low, double high) {

    static final Interval NONE = new Interval(Double.NaN, Double.NaN);

    /**
     * Returns the percentile interval of the median, by bootstrap; none for a single sample.
     *
     * @param confidence from 0 to 1
     * @param seed of the resampling
     */
    public static Interval ofMedian(double[] samples, double confidence, long seed) {
        if (samples.length < 2) {
            return NONE;
        }
        double[] medians =
                new Bootstrap(seed).of(samples, resample -> Summary.of(resample).median());
        int cut = (int) Math.floor(medians.length * (1 - confidence) / 2);
        return new Interval(medians[cut], medians[medians.length - 1 - cut]);
    }

    /** Returns whether a value lies outside; false where there is no interval. */
    public boolean excludes(double value) {
        return value < low || value > high;
    }
}
