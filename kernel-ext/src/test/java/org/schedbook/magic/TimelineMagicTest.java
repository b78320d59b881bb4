package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
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

    private static final String SWITCH =
            "  a-1  [000] d..2.  10.%06d: sched_switch: prev_comm=%s prev_pid=%d prev_prio=120"
                    + " prev_state=%s ==> next_comm=%s next_pid=%d next_prio=120\n";

    private static final String WAKING =
            "  a-1  [000] d..2.  10.%06d: sched_waking: comm=%s pid=%d prio=120 target_cpu=000\n";

    /** Two tasks of a name on a CPU, and a third that never has it. */
    private static final String TRACE =
            WAKING.formatted(0, "twin", 8)
                    + WAKING.formatted(0, "starved", 9)
                    + SWITCH.formatted(0, "swapper/0", 0, "R", "twin", 7)
                    + SWITCH.formatted(300_000, "twin", 7, "R", "twin", 8)
                    + SWITCH.formatted(500_000, "twin", 8, "S", "swapper/0", 0);

    @Test
    void aRecordingInAFileIsTheLatestUntilThereIsAnother(@TempDir Path directory)
            throws IOException {
        Path file = Files.writeString(directory.resolve("load.trace"), TRACE);
        Path torn =
                Files.writeString(
                        directory.resolve("torn.trace"), TRACE + "CPU:0 [LOST 17 EVENTS]\n");
        try (var notebook = new Notebook(directory)) {
            String shown = notebook.text("%timeline " + torn);
            assertTrue(
                    shown.contains(
                            "Some of it is missing: the kernel lost 17 events on CPU 0 after 500.000 ms."),
                    shown);
            shown = notebook.text("%timeline " + file + " --tasks");
            assertTrue(shown.contains("A twin 7, B twin 8; . idle, - waits"), shown);
            assertTrue(shown.contains("task 9 |-------"), shown);
            notebook.ok("%timeline " + file + " --beside " + torn);
            shown = notebook.text("%timeline " + file + " --beside " + file);
            assertTrue(shown.contains("first CPU 0"), shown);
            assertTrue(shown.contains("second CPU 0"), shown);
            assertTrue(
                    notebook.text("%timeline").startsWith(file + ", recorded"),
                    notebook.text("%timeline"));
            assertTrue(notebook.ok("%why twin@100ms").contains("At 100 ms twin 7 ran on CPU 0"));
            shown = notebook.ok("%why 8@100ms");
            assertTrue(shown.contains("At 100 ms twin 8 waited for a CPU"), shown);
            notebook.fails("%why 8@9s", null, "The schedule ends before that, at 500 ms");
            notebook.fails(
                    "%timeline fifo",
                    null,
                    "There is no schedule of fifo",
                    "%timeline fifo messaging:groups=1,loops=20");
            Path cut =
                    Files.writeString(
                            directory.resolve("cut.trace"), TRACE + "A-7 [000] d..2. 10.6");
            shown = notebook.text("%timeline " + cut);
            assertTrue(shown.contains("cut.trace (its last line is cut off and left out)"), shown);
            notebook.fails("%timeline nosuch", null, "The file nosuch cannot be read");
        }
    }

    @Test
    void whatWouldBePassedOverIsRefused(@TempDir Path directory) {
        try (var notebook = new Notebook(directory)) {
            notebook.fails(
                    "%timeline fifo --beside vtime --perfetto a.json",
                    null, "--perfetto writes one schedule");
            notebook.fails(
                    "%timeline fifo messaging --policy vtime",
                    null, "--policy chooses from the last simulation, and fifo is named, too");
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
