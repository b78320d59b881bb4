package org.schedbook.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 8, 9, 15, 16, 17, 1000, 20_000_000, Long.MAX_VALUE})
    void aClassIsAtMostAnEighthWide(long ns) {
        long largest = Durations.largest(Durations.classOf(ns));
        assertTrue(largest >= ns, ns + " in a class up to " + largest);
        assertTrue(largest - ns <= ns / 8, ns + " in a class up to " + largest);
        assertTrue(Durations.classOf(ns) < Durations.CLASSES);
    }

    @Test
    void classesFollowEachOther() {
        for (int i = 0; i < Durations.CLASSES - 1; i++) {
            assertEquals(i + 1, Durations.classOf(Durations.largest(i) + 1));
        }
    }

    @Test
    void lessThanNothingIsNothing() {
        assertEquals(0, Durations.classOf(-5));
    }

    @Test
    void percentiles() {
        var counts = new long[Durations.CLASSES];
        assertEquals(0, Durations.percentile(counts, 0.99));
        for (int ns = 1; ns <= 100; ns++) {
            counts[Durations.classOf(ns)]++;
        }
        assertEquals(51, Durations.percentile(counts, 0.5));
        assertEquals(103, Durations.percentile(counts, 0.99));
        assertEquals(1, Durations.percentile(counts, 0));
    }
}
