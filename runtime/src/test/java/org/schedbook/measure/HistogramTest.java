package org.schedbook.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HistogramTest {

    private final Histogram histogram =
            new Histogram(new TreeMap<>(Map.of(10L, 98L, 20L, 1L, 500L, 1L, 600L, 0L)));

    @Test
    void percentilesAreLatenciesThatWereSeen() {
        assertEquals(10, histogram.percentile(0));
        assertEquals(10, histogram.percentile(.5));
        assertEquals(20, histogram.percentile(.99));
        assertEquals(500, histogram.percentile(1));
        assertEquals(500, histogram.max());
    }

    @Test
    void addsUp() {
        var both = histogram.plus(new Histogram(new TreeMap<>(Map.of(10L, 2L, 7L, 100L))));
        assertEquals(202, both.total());
        assertEquals(100L, both.counts().get(10L));
        assertEquals(7, both.percentile(.4));
    }

    @Test
    void nothingAndNegativeTimesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Histogram(new TreeMap<>()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Histogram(new TreeMap<>(Map.of(-1L, 1L))));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Histogram(new TreeMap<>(Map.of(1L, -1L))));
    }
}
