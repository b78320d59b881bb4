package org.schedbook.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.bench.Messaging;
import org.schedbook.bench.Workload;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.sim.CostModel;
import org.schedbook.target.sim.SimOptions.Mode;

@Timeout(60)
class CalibrationTest {

    private static final CostModel SLOW =
            CostModel.UNCALIBRATED.with(
                    Map.of(
                            "syscallNs", 2_500L,
                            "socketNs", 4_000L,
                            "contextSwitchNs", 12_000L,
                            "wakeupNs", 6_000L,
                            "tickNs", 10_000L,
                            "callbackNs", 1_000L,
                            "roundNs", 20_000L,
                            "recordNs", 3_000L),
                    "made up");

    private static CompiledPolicy fifo() throws Exception {
        return new PolicyCompiler().compile(PolicySource.builtIn("fifo").orElseThrow());
    }

    @Test
    void aMachineThatIsOneOfTheSimulatorsIsFoundAgain() throws Exception {
        CompiledPolicy fifo = fifo();
        var measured =
                new Calibration.Measured(
                        Calibration.seconds(fifo, Calibration.HACKBENCH, SLOW, Mode.USER_SPACE),
                        Calibration.seconds(fifo, Calibration.MESSAGING, SLOW, Mode.USER_SPACE),
                        Calibration.seconds(fifo, Calibration.PIPE, SLOW, Mode.KERNEL),
                        Calibration.seconds(fifo, Calibration.PIPE, SLOW, Mode.USER_SPACE));
        CostModel found = new Calibration(fifo, false).solve(measured, "found");
        assertEquals("found", found.provenance());
        assertEquals(1, (double) found.syscallNs() / SLOW.syscallNs(), .03);
        assertEquals(1, (double) found.socketNs() / SLOW.socketNs(), .03);
        for (Workload workload : new Workload[] {Calibration.PIPE, new Messaging(2, 30)}) {
            double was = Calibration.seconds(fifo, workload, SLOW, Mode.USER_SPACE);
            double is = Calibration.seconds(fifo, workload, found, Mode.USER_SPACE);
            assertEquals(1, is / was, .03, workload.title());
        }
    }

    @Test
    void anEmulatedMachineHasNoCachesToLose() throws Exception {
        var measured = new Calibration.Measured(.15, .2, .1, .2);
        CostModel found = new Calibration(fifo(), true).solve(measured, "found");
        assertEquals(0, found.cacheRefillNs());
        assertEquals(0, found.migrateRemoteNs());
    }

    @Test
    void theNearestIsFoundAndWhatLiesBeyondIsTheEnd() {
        assertEquals(7, Fit.nearest(x -> x * x, 50, 0, 1000));
        assertEquals(0, Fit.nearest(x -> x, -5, 0, 1000));
        assertEquals(1000, Fit.nearest(x -> x, 5000, 0, 1000));
    }

    @Test
    void costsThatAreWrittenAreReadAgain(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("costs.properties");
        Files.writeString(file, SLOW.toProperties("one\ntwo"));
        assertEquals(SLOW, CostModel.load(file));
        assertEquals("# one", Files.readAllLines(file).getFirst());
    }

    @Test
    void aCostThatThereIsNotIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> CostModel.UNCALIBRATED.with(Map.of("coffeeNs", 1L), "x"));
    }
}
