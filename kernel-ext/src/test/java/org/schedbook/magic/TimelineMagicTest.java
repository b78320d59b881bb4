package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a timeline is called, and what cannot be drawn beside it. */
class TimelineMagicTest {

    @Test
    void aGuestIsNotDrawnBesideASimulatedMachine(@TempDir Path directory) {
        try (var notebook = new Notebook(directory)) {
            notebook.ok("%target sim --cpus 2");
            notebook.fails(
                    "%timeline fifo messaging:groups=1,loops=5 --beside vm",
                    null,
                    "The target is a simulated machine",
                    "%target vm",
                    "%timeline fifo messaging:groups=1,loops=5 --beside sim");
            notebook.fails("%timeline", null, "Nothing has been simulated yet");
            for (String where : List.of("sim", "vm")) {
                notebook.fails(
                        "%timeline mine --beside " + where,
                        null,
                        "needs a WORKLOAD",
                        "%timeline mine messaging:groups=1,loops=20 --beside " + where);
            }
        }
    }

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
