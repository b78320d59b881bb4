package org.schedbook.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SummaryTest {

    @Test
    void anOddNumberOfSamplesHasItsMiddleOneAsMedian() {
        assertEquals(new Summary(3, 1, 2, 9), Summary.of(9, 1, 2));
    }

    @Test
    void anEvenNumberHasTheMeanOfTheMiddleTwo() {
        assertEquals(new Summary(4, 1, 2.5, 9), Summary.of(9, 1, 2, 3));
    }

    @Test
    void theSamplesStayInTheirOrder() {
        double[] samples = {3, 1, 2};
        Summary.of(samples);
        assertEquals(3, samples[0]);
    }

    @Test
    void noSamplesHaveNoSummary() {
        assertThrows(IllegalArgumentException.class, () -> Summary.of());
    }
}
