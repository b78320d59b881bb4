package org.schedbook.measure;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.stat.descriptive.rank.Percentile;
import org.hipparchus.stat.descriptive.rank.Percentile.EstimationType;
import org.hipparchus.stat.inference.MannWhitneyUTest;
import org.hipparchus.util.CombinatoricsUtils;

/**
 * Whether the candidate of a {@link Pair} is better than its baseline, and by how much. Nothing is
 * assumed about the shape of the samples: times of a scheduler have long tails.
 *
 * <p>The verdict is {@code BETTER} or {@code WORSE} if the ranks of the samples differ (Mann and
 * Whitney, two-sided, exact up to 50 samples without ties) after Holm's correction for all
 * comparisons made together, and the interval of the ratio lies on the same side of 1.
 *
 * @param baselineRuns number of baseline samples
 * @param runs number of candidate samples
 * @param ratio candidate's median over baseline's; NaN or infinite if the latter is 0
 * @param interval of the ratio, by bootstrap
 * @param confidence of the interval, from 0 to 1
 * @param p chance of ranks at least as different, were there no difference; not corrected
 * @param adjustedP the same after Holm's correction
 * @param superiority chance that a run of the candidate is better than one of the baseline, a tie
 *     counting half (Vargha and Delaney's A): 0.5 if there is no difference
 * @param detectable the smallest relative difference of medians that so many runs with such spread
 *     would show four times in five (Noether 1987, for the corrected level): 0.05 is 5 %; infinite
 *     if there are too few runs to show any, NaN if the baseline's median is 0
 */
public record Comparison(
        int baselineRuns,
        int runs,
        double ratio,
        Interval interval,
        double confidence,
        double p,
        double adjustedP,
        double superiority,
        double detectable,
        Better better,
        Verdict verdict) {

    /** The chance of seeing a difference where there is none, over all comparisons together. */
    public static final double LEVEL = .05;

    /** The chance of seeing a difference of the size {@link #detectable}. */
    private static final double POWER = .8;

    /** Compares one pair at {@link #LEVEL}. */
    public static Comparison of(Pair pair, long seed) {
        return all(List.of(pair), LEVEL, seed).getFirst();
    }

    /**
     * Compares pairs that are judged together.
     *
     * @param level chance of seeing any difference among them where there is none
     * @param seed of the resampling: the same seed and samples give the same intervals
     */
    public static List<Comparison> all(List<Pair> pairs, double level, long seed) {
        return all(pairs, level, seed, Bootstrap.RESAMPLES);
    }

    static List<Comparison> all(List<Pair> pairs, double level, long seed, int resamples) {
        double[] p = pairs.stream().mapToDouble(Comparison::mannWhitney).toArray();
        double[] adjusted = holm(p);
        return IntStream.range(0, p.length)
                .mapToObj(
                        i ->
                                compare(
                                        pairs.get(i),
                                        p[i],
                                        adjusted[i],
                                        level,
                                        level / p.length,
                                        new Bootstrap(seed + i, resamples)))
                .toList();
    }

    private static Comparison compare(
            Pair pair,
            double p,
            double adjusted,
            double level,
            double corrected,
            Bootstrap bootstrap) {
        double[] baseline = pair.baseline();
        double[] candidate = pair.candidate();
        double ratio = Summary.of(candidate).median() / Summary.of(baseline).median();
        Interval interval = bootstrap.ratioOfMedians(baseline, candidate, 1 - level);
        double superiority = superiority(pair);
        Verdict verdict = Verdict.CANNOT_TELL;
        if (adjusted <= level && (Double.isNaN(interval.low()) || interval.excludes(1))) {
            verdict = superiority > .5 ? Verdict.BETTER : Verdict.WORSE;
        }
        if (Double.isFinite(ratio)
                && verdict != Verdict.CANNOT_TELL
                && (verdict == Verdict.BETTER) != pair.better().than(ratio, 1)) {
            // Ranks and medians disagree: the samples are of several kinds.
            verdict = Verdict.CANNOT_TELL;
        }
        return new Comparison(
                baseline.length,
                candidate.length,
                ratio,
                interval,
                1 - level,
                p,
                adjusted,
                superiority,
                detectable(baseline, candidate, corrected),
                pair.better(),
                verdict);
    }

    static double mannWhitney(Pair pair) {
        return new MannWhitneyUTest().mannWhitneyUTest(pair.baseline(), pair.candidate());
    }

    /** Holm's step-down correction: what may be compared with the level as if it were alone. */
    static double[] holm(double... p) {
        int[] order =
                IntStream.range(0, p.length)
                        .boxed()
                        .sorted((a, b) -> Double.compare(p[a], p[b]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        double[] adjusted = new double[p.length];
        double floor = 0;
        for (int rank = 0; rank < p.length; rank++) {
            floor = Math.max(floor, Math.min(1, (p.length - rank) * p[order[rank]]));
            adjusted[order[rank]] = floor;
        }
        return adjusted;
    }

    static double superiority(Pair pair) {
        double[] baseline = pair.baseline();
        double[] candidate = pair.candidate();
        double wins = 0;
        for (double c : candidate) {
            for (double b : baseline) {
                wins += c == b ? .5 : pair.better().than(c, b) ? 1 : 0;
            }
        }
        return wins / (baseline.length * candidate.length);
    }

    /**
     * The superiority that the test would show with {@link #POWER}: Noether, Sample Size
     * Determination for Some Common Nonparametric Tests, JASA 82 (1987), solved for it.
     */
    static double detectableSuperiority(int n, int m, double level) {
        var normal = new NormalDistribution();
        double z =
                normal.inverseCumulativeProbability(1 - level / 2)
                        + normal.inverseCumulativeProbability(POWER);
        double share = (double) n / (n + m);
        return .5 + z / Math.sqrt(12 * share * (1 - share) * (n + m));
    }

    /**
     * How far one series must be moved against the other for that superiority: a quantile of the
     * differences between runs, each taken from its own median.
     */
    private static double detectable(double[] baseline, double[] candidate, double level) {
        int n = baseline.length;
        int m = candidate.length;
        if (2 / CombinatoricsUtils.binomialCoefficientDouble(n + m, n) > level) {
            return Double.POSITIVE_INFINITY;
        }
        double reference = Summary.of(baseline).median();
        if (reference == 0) {
            return Double.NaN;
        }
        double own = Summary.of(candidate).median();
        double[] differences =
                Arrays.stream(candidate)
                        .flatMap(c -> Arrays.stream(baseline).map(b -> (c - own) - (b - reference)))
                        .toArray();
        double superiority = Math.min(1, detectableSuperiority(n, m, level));
        double shift =
                new Percentile()
                        .withEstimationType(EstimationType.R_7)
                        .evaluate(differences, 100 * superiority);
        return Math.abs(shift / reference);
    }

    /** Returns the verdict with its size, one line: {@code better: 8 % less (5 to 11)}. */
    public String words() {
        boolean exact = interval.low() == interval.high(); // every run of each is the same
        if (exact && ratio == 1) {
            return "the same in every run";
        }
        if (verdict == Verdict.CANNOT_TELL) {
            return Double.isInfinite(detectable)
                    ? "cannot tell: too few runs"
                    : Double.isNaN(detectable)
                            ? verdict.words()
                            : "cannot tell: %d runs would show only differences above %s %%"
                                    .formatted(runs, percent(detectable));
        }
        if (!Double.isFinite(ratio) || Double.isNaN(interval.low())) {
            return verdict.words();
        }
        if (exact) {
            return "%s: %s %% %s in every run"
                    .formatted(
                            verdict.words(),
                            percent(Math.abs(ratio - 1)),
                            ratio < 1 ? "less" : "more");
        }
        if (ratio >= 2) {
            return String.format(
                    Locale.ROOT,
                    "%s: %.1f times as much (%.1f to %.1f)",
                    verdict.words(),
                    ratio,
                    interval.low(),
                    interval.high());
        }
        double low = Math.abs(interval.low() - 1);
        double high = Math.abs(interval.high() - 1);
        return "%s: %s %% %s (%s to %s)"
                .formatted(
                        verdict.words(),
                        percent(Math.abs(ratio - 1)),
                        ratio < 1 ? "less" : "more",
                        percent(Math.min(low, high)),
                        percent(Math.max(low, high)));
    }

    private static String percent(double share) {
        String format = share < .00095 ? "%.1g" : share < .0995 ? "%.1f" : "%.0f";
        return share == 0 ? "0" : String.format(Locale.ROOT, format, 100 * share);
    }
}
