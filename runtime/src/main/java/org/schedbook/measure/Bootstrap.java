package org.schedbook.measure;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.hipparchus.stat.descriptive.rank.Percentile;
import org.hipparchus.stat.descriptive.rank.Percentile.EstimationType;

/**
 * What a statistic might have been, had the same runs fallen out otherwise: it is computed again
 * from samples drawn from the samples, with replacement (Efron and Tibshirani, An Introduction to
 * the Bootstrap, 1993).
 */
final class Bootstrap {

    static final int RESAMPLES = 10_000;

    /** {@link Random} and no newer generator: its numbers are fixed by its specification. */
    private final Random random;

    private final int resamples;

    Bootstrap(long seed) {
        this(seed, RESAMPLES);
    }

    /** With fewer resamples the ends of intervals are less exact. */
    Bootstrap(long seed, int resamples) {
        this.random = new Random(seed);
        this.resamples = resamples;
    }

    /** Returns the statistic of each resample, in order of size. */
    double[] of(double[] samples, ToDoubleFunction<double[]> statistic) {
        return sorted(() -> statistic.applyAsDouble(resample(samples)));
    }

    /**
     * Returns the percentile interval of the ratio of two medians; none where a median of the
     * divisor may be 0.
     *
     * @param confidence from 0 to 1
     */
    Interval ratioOfMedians(double[] divisor, double[] dividend, double confidence) {
        double[] ratios =
                sorted(
                        () ->
                                Summary.of(resample(dividend)).median()
                                        / Summary.of(resample(divisor)).median());
        if (!Double.isFinite(ratios[0]) || !Double.isFinite(ratios[resamples - 1])) {
            return Interval.NONE;
        }
        var percentile = new Percentile().withEstimationType(EstimationType.R_7);
        percentile.setData(ratios);
        double tail = 100 * (1 - confidence) / 2;
        return new Interval(percentile.evaluate(tail), percentile.evaluate(100 - tail));
    }

    private double[] sorted(DoubleSupplier statistic) {
        double[] values = new double[resamples];
        Arrays.setAll(values, _ -> statistic.getAsDouble());
        // Not a number sorts last.
        Arrays.sort(values);
        return values;
    }

    private double[] resample(double[] samples) {
        double[] drawn = new double[samples.length];
        Arrays.setAll(drawn, _ -> samples[random.nextInt(samples.length)]);
        return drawn;
    }
}
