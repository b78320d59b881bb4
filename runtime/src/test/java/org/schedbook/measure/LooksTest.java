package org.schedbook.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LooksTest {

    /** Enough for whether an interval excludes 1, thousands of times. */
    private static final int RESAMPLES = 1000;

    @Test
    void looksAreAtEqualDistancesAndTheLastIsTheEnd() {
        assertEquals(List.of(4), Looks.during(4).at());
        assertEquals(List.of(5, 10), Looks.during(10).at());
        assertEquals(List.of(6, 11, 16), Looks.during(16).at());
        assertEquals(List.of(20, 40, 60, 80, 100), Looks.during(100).at());
    }

    @Test
    void moreLooksAreStricterEach() {
        assertEquals(.05, Looks.during(9).level());
        assertEquals(.0294, Looks.during(10).level());
        assertEquals(.0158, Looks.during(100).level());
        assertEquals(.05, Looks.afterwards(100).level());
    }

    /** Two candidates that are the baseline again: any difference seen at any look is false. */
    @Test
    void lookingEarlySeesNoMoreFalseDifferencesThanLookingOnce() {
        var random = new Random(5);
        var looks = Looks.during(15);
        int wrong = 0;
        for (int trial = 0; trial < 400; trial++) {
            double[] baseline = ComparisonTest.times(random, 15, 1);
            double[] one = ComparisonTest.times(random, 15, 1);
            double[] other = ComparisonTest.times(random, 15, 1);
            long seed = trial;
            boolean seen =
                    looks.at().stream()
                            .flatMap(
                                    n ->
                                            Comparison.all(
                                                    List.of(
                                                            pair(baseline, one, n),
                                                            pair(baseline, other, n)),
                                                    looks.level(),
                                                    seed,
                                                    RESAMPLES)
                                                    .stream())
                            .anyMatch(c -> c.verdict() != Verdict.CANNOT_TELL);
            wrong += seen ? 1 : 0;
        }
        assertTrue(wrong <= 20, wrong + " of 400 at a level of 5 %");
    }

    private static Pair pair(double[] baseline, double[] candidate, int n) {
        return new Pair(Better.LESS, Arrays.copyOf(baseline, n), Arrays.copyOf(candidate, n));
    }
}
