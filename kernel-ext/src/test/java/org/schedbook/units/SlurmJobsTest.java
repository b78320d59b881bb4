package org.schedbook.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.bench.Workloads;
import org.schedbook.session.SessionException;
import org.schedbook.session.TargetChoice;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.SweepRun;
import org.schedbook.sweep.Variant;
import org.schedbook.units.Machines.Cluster;

/** What Slurm is asked for, and what it then runs; no Slurm is needed. */
class SlurmJobsTest {

    private static final String SIM = "sim --topology 1:1:2:1 --mode user";

    @TempDir Path directory;

    private static Sweep sweepOf(TargetChoice target) {
        return new Sweep(
                List.of(Variant.EEVDF),
                List.of(),
                List.of(Workloads.parse("messaging:groups=1,loops=20")),
                target,
                1,
                1,
                Duration.ofMinutes(1));
    }

    private static Sweep sweepOf(String target) {
        return sweepOf(TargetChoice.parse(target));
    }

    // ---- Where ------------------------------------------------------------------------------

    /** Of partitions with so many CPUs. */
    private static Cluster cluster(Sweep sweep, String on, int cpus) throws InterruptedException {
        Matcher name = Cluster.NAME.matcher(on);
        assertTrue(name.matches(), on);
        return Cluster.of(sweep.needs(), name, _ -> cpus);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    slurm             | -         | 8
                    slurm:4           | -         | 4
                    slurm:teach       | teach     | 8
                    slurm:teach:16    | teach     | 16
                    slurm:big-mem.2:1 | big-mem.2 | 1
                    slurm:1000        | -         | 1000
                    """)
    void aPartitionAndHowManyAtATimeAreOptional(String on, String partition, int tasks)
            throws Exception {
        assertEquals(
                new Cluster(Optional.ofNullable(partition), tasks), cluster(sweepOf(SIM), on, 8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    sim --topology 1:1:4:1 --mode user               | 8    | 8
                    vm --cpus 4 --memory 1536M --clock wall          | 8    | 2
                    vm --cpus 4 --memory 1536M --clock instructions  | 8    | 8
                    vm --cpus 4 --memory 1536M --clock wall          | 2    | 1
                    sim --topology 1:1:4:1 --mode user               | 4096 | 1000
                    """)
    void asManyTasksAsThereAreCpusForAreUsual(String target, int cpus, int tasks) throws Exception {
        assertEquals(tasks, cluster(sweepOf(target), "slurm", cpus).atATime());
    }

    @Test
    void whatIsNoPlaceForASweepIsRefused() throws Exception {
        for (String on : List.of("slurm:0", "slurm:teach:0", "slurm:1001", "slurm:999999")) {
            var e = assertThrows(SessionException.class, () -> cluster(sweepOf(SIM), on, 8));
            assertTrue(e.getMessage().contains("from 1 to 1,000 tasks"), e.getMessage());
        }
        Sweep host = sweepOf(TargetChoice.Kind.host.usual());
        var e = assertThrows(SessionException.class, () -> cluster(host, "slurm:teach", 8));
        assertTrue(e.getMessage().contains("The target host is this machine"), e.getMessage());
        for (String on :
                List.of("slurm:", "slurm:teach:", "slurm:a:b", "slurm:-p", "slurm:a b", "Slurm")) {
            var wrong =
                    assertThrows(
                            SessionException.class, () -> Machines.of(sweepOf(SIM).needs(), on));
            assertTrue(wrong.getMessage().contains("'" + on + "' is no place"), on);
        }
    }

    // ---- What -------------------------------------------------------------------------------

    private static SlurmJobs jobs(Path directory, Optional<String> partition, Sweep sweep)
            throws Exception {
        return new SlurmJobs(new UnitDirectory(directory), new Cluster(partition, 2), sweep.work());
    }

    @Test
    void aTaskIsGivenWhatItsTargetTakes() throws Exception {
        assertEquals(
                List.of(
                        "--chdir=" + directory,
                        "--output=/dev/null",
                        "--cpus-per-task=1",
                        "--mem=2048M",
                        "--partition=teach"),
                jobs(directory, Optional.of("teach"), sweepOf(SIM)).options());
        assertEquals(
                List.of("--cpus-per-task=4", "--mem=3584M", "--exclusive"),
                jobs(
                                directory,
                                Optional.empty(),
                                sweepOf("vm --cpus 4 --memory 1536M --clock wall"))
                        .options()
                        .subList(2, 5));
    }

    /** So a task that Slurm started once more, which it is asked not to, would do no harm. */
    @Test
    void aTasksScriptMeasuresItsUnitsAndNothingASecondTime() throws Exception {
        Path place = Files.createDirectory(directory.resolve("it's $HERE"));
        Sweep sweep = UnitRunTest.sweep("SLICE_NS=1ms,2ms", 2, 1);
        var keys = List.copyOf(new SweepRun(sweep, place, new Machines.Local(1)).keys());
        var units = new UnitDirectory(place);
        Batch batch = Batch.of(keys, Map.of(), 2);
        units.write(batch);
        String script = jobs(place, Optional.empty(), sweep).script(batch);

        List<String> wanted = List.of(keys.get(1), keys.get(3));
        Map<String, Object> first = run(script, 1, batch, units);
        assertEquals(Set.copyOf(wanted), first.keySet());
        assertEquals(wanted, units.words(batch.id(), 1));
        assertEquals(first, run(script, 1, batch, units));
        assertEquals(wanted, units.words(batch.id(), 1));
    }

    /** Runs a task as Slurm does, and returns which files are the results, by keys. */
    private static Map<String, Object> run(
            String script, int task, Batch batch, UnitDirectory units) throws Exception {
        var shell = new ProcessBuilder("sh", "-c", script).inheritIO();
        shell.environment().put("SLURM_ARRAY_TASK_ID", "" + task);
        assertEquals(0, shell.start().waitFor(), () -> "" + units.words(batch.id(), task));
        var files = new HashMap<String, Object>();
        for (String key : units.finished()) {
            Path result = units.root().resolve("out").resolve(key + ".json");
            files.put(key, Files.getAttribute(result, "unix:ino"));
        }
        return files;
    }
}
