package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimelineTitleTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pipe under rr, simulated | pipe under my-rr, simulated"
                        + " | pipe under rr, above my-rr, simulated",
                "pipe under rr, simulated | pipe under rr@kernel, simulated"
                        + " | pipe under rr, above rr@kernel, simulated",
                "pipe under rr, simulated | pipe, recorded, under rr"
                        + " | pipe under rr, simulated, above pipe, recorded, under rr",
                "pipe, recorded, under eevdf | pipe, recorded, under rr"
                        + " | pipe, recorded, under eevdf, above rr",
                "a.trace, recorded | b.trace, recorded | a.trace, above b.trace, recorded",
                "a.trace, recorded | a.trace, recorded | a.trace, recorded, twice"
            })
    void whatTwoTitlesHaveInCommonIsSaidOnce(String first, String second, String both) {
        assertEquals(both, TimelineMagic.above(first, second));
    }
}
