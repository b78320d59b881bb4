package org.schedbook.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.moment.StandardDeviation;
import org.junit.jupiter.api.Test;

/** The statistics against worked examples of others, and against what they claim. */
class ComparisonTest {

    /**
     * Hollander and Wolfe, Nonparametric Statistical Methods, 1973, p. 69, as R's manual has it.
     */
    private static final double[] PLACENTA_AT_TERM = {
        0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46
    };

    private static final double[] PLACENTA_EARLY = {1.15, 0.88, 0.90, 0.74, 1.21};

    /** Ozone in New York in May and August 1973: the other example of R's wilcox.test. */
    private static final double[] OZONE_MAY = {
        41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45,
        115, 37
    };

    private static final double[] OZONE_AUGUST = {
        39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76,
        118, 84, 85
    };

    /** Survival in days: Efron and Tibshirani, An Introduction to the Bootstrap, table 2.1. */
    private static final double[] TREATED_MICE = {94, 197, 16, 38, 99, 141, 23};

    @Test
    void ranksAgreeWithThePublishedExampleWithoutTies() {
        var pair = new Pair(Better.MORE, PLACENTA_EARLY, PLACENTA_AT_TERM);
        assertEquals(2 * 0.1272, Comparison.mannWhitney(pair), 1e-4);
        assertEquals(35.0 / 50, Comparison.superiority(pair), 1e-12);
    }

    @Test
    void ranksAgreeWithThePublishedExampleWithTies() {
        var pair = new Pair(Better.LESS, OZONE_AUGUST, OZONE_MAY);
        assertEquals(0.0001208, Comparison.mannWhitney(pair), 1e-7);
        assertEquals(1 - 127.5 / (26 * 26), Comparison.superiority(pair), 1e-12);
    }

    @Test
    void theBootstrapAgreesWithThePublishedStandardErrorOfAMedian() {
        double[] medians = new Bootstrap(1).of(TREATED_MICE, s -> Summary.of(s).median());
        assertEquals(37.83, new StandardDeviation().evaluate(medians), .5);
    }

    @Test
    void holmsCorrectionAgreesWithItsTextbookExample() {
        assertArrayEquals(
                new double[] {.03, .06, .06, .02}, Comparison.holm(.01, .04, .03, .005), 1e-12);
        assertArrayEquals(new double[] {1, 1}, Comparison.holm(.6, .9));
    }

    /** Noether's formula for the rank test: N = (1.96 + 0.8416)² / (12 c (1 - c) (p - 1/2)²). */
    @Test
    void theDetectableSuperiorityIsNoethers() {
        int n = 27;
        double superiority = Comparison.detectableSuperiority(n, n, .05);
        assertEquals(
                2 * n,
                Math.pow(1.959964 + .841621, 2)
                        / (12 * .5 * .5 * (superiority - .5) * (superiority - .5)),
                1e-3);
    }

    @Test
    void aClearGainIsBetterAndItsMirrorImageIsWorse() {
        double[] slow = {2.00, 2.02, 1.99, 2.05, 2.03};
        double[] fast = {1.80, 1.82, 1.79, 1.85, 1.83};
        var gain = Comparison.of(new Pair(Better.LESS, slow, fast), 1);
        assertEquals(Verdict.BETTER, gain.verdict());
        assertEquals(1.82 / 2.02, gain.ratio(), 1e-12);
        assertEquals(1, gain.superiority());
        assertEquals("better: 9.9 % less (8.0 to 12)", gain.words());
        assertEquals(Verdict.WORSE, Comparison.of(new Pair(Better.LESS, fast, slow), 1).verdict());
        assertEquals(Verdict.BETTER, Comparison.of(new Pair(Better.MORE, fast, slow), 1).verdict());
    }

    @Test
    void severalTimesAsMuchIsNotSaidInPercent() {
        double[] fast = {1.00, 1.02, 0.99, 1.05, 1.03};
        double[] slow = {8.00, 8.16, 7.92, 8.40, 8.24};
        assertEquals(
                "worse: 8.0 times as much (7.7 to 8.3)",
                Comparison.of(new Pair(Better.LESS, fast, slow), 1).words());
    }

    @Test
    void fewRunsCanTellNothingAndSaySo() {
        var c = Comparison.of(new Pair(Better.LESS, new double[] {9, 9.1}, new double[] {1, 2}), 1);
        assertEquals(Verdict.CANNOT_TELL, c.verdict());
        assertEquals("cannot tell: too few runs", c.words());
    }

    @Test
    void noDifferenceComesWithTheSmallestThatWouldHaveShown() {
        double[] one = {1.00, 1.04, 0.97, 1.02, 0.99, 1.01, 1.03, 0.98};
        double[] other = {1.01, 1.03, 0.96, 1.00, 1.02, 0.98, 1.05, 0.99};
        var c = Comparison.of(new Pair(Better.LESS, one, other), 1);
        assertEquals(Verdict.CANNOT_TELL, c.verdict());
        assertTrue(c.detectable() > .02 && c.detectable() < .08, c.toString());
        assertTrue(
                c.words().matches("cannot tell: 8 runs would show only differences above \\S+ %"),
                c.words());
    }

    @Test
    void figuresThatDoNotScatterAreNotTestedInWords() {
        double[] one = {5, 5, 5, 5, 5};
        double[] more = {5.001, 5.001, 5.001, 5.001, 5.001};
        var pair = new Pair(Better.LESS, one, more);
        assertEquals("worse: 0.02 % more in every run", Comparison.of(pair, 1).words());
        var back = new Pair(Better.LESS, more, one);
        assertEquals("better: 0.02 % less in every run", Comparison.of(back, 1).words());
        var same = new Pair(Better.LESS, one, one.clone());
        assertEquals("the same in every run", Comparison.of(same, 1).words());
    }

    @Test
    void aDifferenceThatIsTooSmallForADecimalIsStillSaid() {
        double[] one = {5, 5.0001, 5, 5.0001, 5};
        double[] more = {5.002, 5.0021, 5.002, 5.0021, 5.002};
        String words = Comparison.of(new Pair(Better.LESS, one, more), 1).words();
        assertTrue(words.startsWith("worse: 0.04 % more (0.0"), words);
        assertTrue(!words.contains("0.0 "), words);
    }

    @Test
    void manyComparisonsAreHeldToAStricterLevelEach() {
        double[] slow = {2.00, 2.02, 1.99, 2.05};
        double[] fast = {1.80, 1.82, 1.79, 1.85};
        var pair = new Pair(Better.LESS, slow, fast);
        assertEquals(Verdict.BETTER, Comparison.of(pair, 1).verdict());
        var together = Comparison.all(List.of(pair, pair, pair), Comparison.LEVEL, 1);
        assertEquals(3 * together.getFirst().p(), together.getFirst().adjustedP(), 1e-12);
        assertEquals(Verdict.CANNOT_TELL, together.getFirst().verdict());
    }

    @Test
    void aBaselineOfZeroesHasNoRatioButAVerdict() {
        var c =
                Comparison.of(
                        new Pair(Better.LESS, new double[5], new double[] {3, 4, 5, 6, 7}), 1);
        assertEquals(Verdict.WORSE, c.verdict());
        assertEquals("worse", c.words());
    }

    @Test
    void equalSamplesAreNoDifference() {
        double[] same = {1, 1, 1, 1, 1, 1};
        var c = Comparison.of(new Pair(Better.LESS, same, same), 1);
        assertEquals(Verdict.CANNOT_TELL, c.verdict());
        assertEquals(.5, c.superiority());
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        var pair = new Pair(Better.LESS, OZONE_MAY, OZONE_AUGUST);
        assertEquals(Comparison.of(pair, 7), Comparison.of(pair, 7));
        assertNotEquals(Comparison.of(pair, 7).interval(), Comparison.of(pair, 8).interval());
    }

    @Test
    void noSamplesAndNoNumbersAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Pair(Better.LESS, new double[0], new double[] {1}));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Pair(Better.LESS, new double[] {1}, new double[] {Double.NaN}));
    }

    /** What is called a 95 % interval holds the truth about 95 times in 100. */
    @Test
    void intervalsHoldTheTrueRatioAsOftenAsTheySay() {
        var random = new Random(3);
        int held = 0;
        for (int trial = 0; trial < 200; trial++) {
            var pair = new Pair(Better.LESS, times(random, 10, 1), times(random, 10, 1.25));
            held += Comparison.of(pair, trial).interval().excludes(1.25) ? 0 : 1;
        }
        assertTrue(held >= 184, held + " of 200");
    }

    /** A difference of the size called detectable is found about four times in five. */
    @Test
    void aDifferenceCalledDetectableIsFoundFourTimesInFive() {
        var random = new Random(4);
        double detectable =
                IntStream.range(0, 100)
                        .mapToDouble(
                                i ->
                                        Comparison.of(
                                                        new Pair(
                                                                Better.LESS,
                                                                times(random, 12, 1),
                                                                times(random, 12, 1)),
                                                        i)
                                                .detectable())
                        .average()
                        .orElseThrow();
        int found = 0;
        for (int trial = 0; trial < 200; trial++) {
            var pair =
                    new Pair(Better.LESS, times(random, 12, 1), times(random, 12, 1 + detectable));
            found += Comparison.of(pair, trial).verdict() == Verdict.WORSE ? 1 : 0;
        }
        assertTrue(found >= 140 && found <= 190, found + " of 200, for " + detectable);
    }

    /** Times with a tail, as a scheduler's are. */
    static double[] times(Random random, int n, double median) {
        double[] samples = new double[n];
        Arrays.setAll(samples, _ -> median * Math.exp(.06 * random.nextGaussian()));
        return samples;
    }
}
