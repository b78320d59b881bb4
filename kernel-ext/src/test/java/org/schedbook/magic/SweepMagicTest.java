package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.jupyter.UsageError;
import org.schedbook.store.Measurement;

/** Sweeps in cells. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SweepMagicTest {

    private static final String SWEEP =
            "%sweep -p fifo,rr --SLICE_NS=100us, 5ms -w messaging:groups=1,loops=5 -n 2";

    private static final String LONG =
            "%sweep -p rr --SLICE_NS=1ms,2ms,3ms,4ms -w messaging:groups=1,loops=20 -n 10";

    @TempDir Path directory;

    private Notebook simulated() {
        var notebook = new Notebook(directory);
        notebook.ok("%target sim --cpus 2");
        return notebook;
    }

    private long results() throws Exception {
        Path out = directory.resolve(".schedbook/sweep/out");
        if (!Files.exists(out)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(out)) {
            return files.filter(each -> each.toString().endsWith(".json")).count();
        }
    }

    @Test
    void showsTheFiguresOfEachVariantAndAPlotAgainstTheConstant() {
        try (var notebook = simulated()) {
            String shown = notebook.ok(SWEEP);
            assertTrue(shown.contains("units  6 of 6 done, 0 running, 0 waiting"), shown);
            for (String variant : List.of("fifo", "rr SLICE_NS=100us", "rr SLICE_NS=5ms")) {
                assertTrue(shown.contains(variant), shown);
            }
            assertTrue(shown.contains("completion time by SLICE_NS"), shown);
            assertTrue(shown.contains("SLICE_NS (ms)"), shown);
            assertTrue(notebook.text("%plot").contains("rr SLICE_NS=5ms"));
        }
    }

    @Test
    void takingInTwiceIsNothing() {
        try (var notebook = simulated()) {
            notebook.ok(SWEEP);
            notebook.ok(SWEEP);
            assertEquals(1, notebook.session().figures().measured().size());
            assertEquals(3, notebook.session().store().measurements().size());
        }
        try (var later = simulated()) {
            later.ok(SWEEP);
            List<Measurement> kept = later.session().store().measurements();
            assertEquals(3, kept.size());
            assertEquals(1, kept.stream().map(Measurement::session).distinct().count());
            for (Measurement each : kept) {
                String hash = each.sourceHash().orElseThrow();
                assertTrue(later.session().figures().source(hash).isPresent(), each.policy());
            }
            later.ok(SWEEP.replace("-n 2", "-n 3"));
            assertEquals(6, later.session().store().measurements().size());
        }
    }

    @Test
    void anInterruptLeavesTheSweepRunningAndTheSameCellFindsIt() throws Exception {
        try (var notebook = simulated()) {
            var first = CompletableFuture.supplyAsync(() -> interrupted(notebook));
            await(() -> results() >= 1);
            notebook.interrupt();
            String shown = first.get(1, TimeUnit.MINUTES);
            assertTrue(shown.contains("The sweep goes on."), shown);
            long then = results();
            await(() -> results() > then);
            String again = notebook.ok(LONG);
            assertTrue(again.contains("40 of 40 done"), again);
        }
    }

    /** Returns what a cell shows that is interrupted. */
    private static String interrupted(Notebook notebook) {
        notebook.fails(LONG, null, "was interrupted");
        return notebook.shown();
    }

    @Test
    void cancelEndsItAndTheSameCellGoesOn() throws Exception {
        try (var notebook = simulated()) {
            var first = CompletableFuture.supplyAsync(() -> interrupted(notebook));
            await(() -> results() >= 1);
            notebook.interrupt();
            first.get(1, TimeUnit.MINUTES);
            assertTrue(notebook.text("%sweep --cancel").startsWith("Ended."));
            assertEquals("No sweep is under way.", notebook.text("%sweep --cancel"));
            assertTrue(results() < 40);
            assertEquals(
                    0,
                    ProcessHandle.current()
                            .children()
                            .filter(
                                    each ->
                                            each.info()
                                                    .commandLine()
                                                    .orElse("")
                                                    .contains("SweepWorker"))
                            .count());
            assertTrue(notebook.ok(LONG).contains("40 of 40 done"));
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain");
            Thread.sleep(20);
        }
    }

    @Test
    void aPolicyThatFailsIsShownBesideThoseThatDoNot() {
        try (var notebook = simulated()) {
            notebook.ok(
                    "%%policy lazy",
                    "class L extends Policy { static final int N = 1;"
                            + " public void enqueue(Task t, long f) {} }");
            String shown =
                    notebook.ok(
                            "%sweep -p fifo,lazy --N=2 -w messaging:groups=1,loops=5,pipe:loops=9 -n 1");
            assertTrue(shown.contains("4 of 4 done"), shown);
            assertTrue(shown.contains("lazy N=2: "), shown);
            assertTrue(shown.contains("fifo"), shown);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--SLICE=1ms|rr has no constant SLICE.|rr has SLICE_NS = 5_000_000.",
                "--SLICE_NS=soon|long SLICE_NS cannot be 'soon'|Change the value",
                "--SLICE_NS=1ms --SLICE_NS=2ms|SLICE_NS is there twice|--SLICE_NS=1,2",
                "--SLICE_NS=|long SLICE_NS cannot be ''|Change the value",
                "--on local:0|'local:0' is no place to measure|local:",
                "-n 0|once at least|Ask for fewer",
                "-w nosuch|no workload 'nosuch'|%workloads",
                "-p nosuch|no policy named 'nosuch'|%%policy nosuch",
                "-p eevdf|no model of EEVDF|--target vm",
                "--limit 0|--limit is 1 or more|again",
            })
    void whatDoesNotFitIsSaidInWords(String options, String what, String next) {
        try (var notebook = simulated()) {
            var e = notebook.fails("%sweep " + options, null, what);
            assertTrue(e.next().contains(next), e.next());
            assertFalse(Files.exists(directory.resolve(".schedbook/sweep/in")));
        }
    }

    @Test
    void anOptionThatIsNoneIsNotTakenForAConstant() {
        try (var notebook = simulated()) {
            for (String line : List.of("--no-such", "--repetition 5", "rr", "--7=1")) {
                var e = notebook.fails("%sweep " + line, null, "Usage: %sweep");
                assertTrue(e instanceof UsageError, line);
            }
        }
    }

    @Test
    void figuresOfTheWallClockAreNotMeasuredBesideEachOther() {
        try (var notebook = new Notebook(directory)) {
            notebook.fails(
                    "%sweep --SLICE_NS=1ms --on local:2", null, "beside each other", "local:1");
        }
    }

    @Test
    void nothingIsSweptForAMark() {
        try (var notebook = new Notebook(directory, Map.of("SCHEDBOOK_GRADING", "1"))) {
            notebook.ok("%target sim --cpus 2");
            notebook.fails(SWEEP, null, "Nothing is kept while cells are marked", "%bench");
        }
    }
}
