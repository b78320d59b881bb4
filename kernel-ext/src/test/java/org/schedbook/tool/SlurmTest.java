package org.schedbook.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sweeps on a real Slurm of three nodes on loopback, as whoever runs the tests: nothing is lost and
 * nothing submitted twice, whoever is killed.
 */
@Tag("long")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SlurmTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** Each simulation takes some tenths of a second at most. */
    private static final String SWEEP =
            """
            {"policies": ["rr"], "constants": {"SLICE_NS": ["1ms", "2ms"]},
             "workloads": ["messaging:groups=1,loops=%d"], "target": "sim --topology 1:1:2:1 --mode user",
             "repetitions": %d}
            """;

    /** Has a node see other directories in the place of two sweeps': a full disk, and none. */
    private static final String ELSEWHERE =
            "mount -t tmpfs -o nr_inodes=1 none %s/out && mount -t tmpfs none %s && exec \"$@\"";

    private static Path cluster;

    @BeforeAll
    static void start() throws Exception {
        for (String daemon : List.of("slurmctld", "slurmd", "munged")) {
            assertTrue(
                    Files.exists(Path.of("/usr/sbin", daemon)),
                    "apt-get install slurmctld slurmd slurm-client munge");
        }
        cluster = Files.createTempDirectory("slurm");
        loopback("start", "bad", "n1", "n2");
        loopback("node", "n1");
        loopback("node", "n2");
    }

    @AfterAll
    static void stop() throws Exception {
        loopback("stop");
        await("all of it has ended", () -> processes(cluster.toString()).isEmpty());
        Files.walkFileTree(
                cluster,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path directory, IOException e)
                            throws IOException {
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void loopback(String command, String... arguments) throws Exception {
        var line = new ArrayList<>(List.of("src/test/slurm/loopback", command, "" + cluster));
        line.addAll(List.of(arguments));
        assertEquals(0, new ProcessBuilder(line).inheritIO().start().waitFor(), command);
    }

    /** Runs a command of Slurm's. */
    private static List<String> slurm(String... command) throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SLURM_CONF", cluster.resolve("slurm.conf").toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.lines().map(String::strip).toList();
    }

    private static List<ProcessHandle> processes(String inCommandLine) {
        return ProcessHandle.allProcesses()
                .filter(each -> each.pid() != ProcessHandle.current().pid())
                .filter(each -> each.info().commandLine().orElse("").contains(inCommandLine))
                .toList();
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain until " + what);
            Thread.sleep(50);
        }
    }

    private static void kill(String pidFile) throws IOException {
        String pid = Files.readString(cluster.resolve(pidFile)).strip();
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    }

    /** Starts a command of {@code ./schedbook}. */
    private static Driver start(Map<String, String> environment, List<String> arguments)
            throws IOException {
        var line =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "org.schedbook.tool.Tools"));
        line.addAll(arguments);
        Path said = Files.createTempFile(cluster, "driver", ".log");
        var builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().put("SLURM_CONF", cluster.resolve("slurm.conf").toString());
        builder.environment().putAll(environment);
        return new Driver(builder.start(), said);
    }

    /** A sweep of two variants in a file, and the directory that belongs to it. */
    private record Sweep(Path file) {

        static Sweep of(String name, int loops, int repetitions) throws IOException {
            Path file = cluster.resolve(name + ".json");
            Files.writeString(file, SWEEP.formatted(loops, repetitions));
            return new Sweep(file);
        }

        Path directory() {
            return file.resolveSibling(file.getFileName().toString().replace(".json", ".sweep"));
        }

        Driver start(String... flags) throws IOException {
            return start(Map.of(), flags);
        }

        Driver start(Map<String, String> environment, String... flags) throws IOException {
            var line = new ArrayList<>(List.of("sweep", file.toString()));
            line.addAll(List.of(flags));
            return SlurmTest.start(environment, line);
        }

        List<String> files(String directory, String ending) throws IOException {
            if (!Files.exists(directory().resolve(directory))) {
                return List.of();
            }
            try (Stream<Path> files = Files.list(directory().resolve(directory))) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(ending) && !name.startsWith("."))
                        .toList();
            }
        }

        int results() throws IOException {
            return files("out", ".json").size();
        }

        /** What machines have done to units. */
        List<String> notes() throws IOException {
            var notes = new ArrayList<String>();
            for (String note : files("failed", ".json")) {
                notes.add(Files.readString(directory().resolve("failed").resolve(note)));
            }
            return notes;
        }

        long notes(Predicate<String> those) throws IOException {
            return notes().stream().filter(those).count();
        }

        /** The jobs that Slurm has been given for it. */
        List<String> jobs() throws Exception {
            return jobs("all");
        }

        List<String> jobs(String states) throws Exception {
            String of = directory().toString();
            return slurm("squeue", "-h", "-a", "-t", states, "-O", "ArrayJobID:20,WorkDir:200")
                    .stream()
                    .filter(line -> line.endsWith(of))
                    .map(line -> Integer.parseInt(line.split(" +")[0]))
                    .distinct()
                    .sorted()
                    .map(job -> "" + job)
                    .toList();
        }

        List<ProcessHandle> workers() {
            return processes("SweepWorker " + directory());
        }

        List<Task> tasks() {
            return workers().stream().map(Task::of).flatMap(Optional::stream).toList();
        }

        /** Has the workers of the only batch stop once they are at units, until they are ended. */
        List<Task> stop(int workers) throws Exception {
            var tasks = new HashMap<ProcessHandle, Task>();
            await(
                    workers + " workers are at units",
                    () -> {
                        for (Task task : tasks()) {
                            if (!tasks.containsKey(task.worker) && hasBegun(task)) {
                                slurm("kill", "-STOP", "" + task.worker.pid());
                                tasks.put(task.worker, task);
                            }
                        }
                        return tasks.size() == workers;
                    });
            return new ArrayList<>(tasks.values());
        }

        private boolean hasBegun(Task task) throws IOException {
            for (String words : files("jobs", "-" + task.number + ".log")) {
                return Files.size(directory().resolve("jobs").resolve(words)) > 0;
            }
            return false;
        }

        /** Ends a node as if its power failed. */
        void killNode(String node) throws Exception {
            kill(node + ".pid");
            for (Task task : tasks()) {
                if (task.node.equals(node)) {
                    ProcessHandle step = task.worker.parent().orElseThrow();
                    List<ProcessHandle> all = step.descendants().toList();
                    step.destroyForcibly();
                    all.forEach(ProcessHandle::destroyForcibly);
                }
            }
        }

        /** The unit of the only batch that a task comes to last. */
        String lastUnit(Task task) throws IOException {
            Path batch = directory().resolve("jobs").resolve(files("jobs", ".json").getFirst());
            JsonNode units = new JsonMapper().readTree(batch.toFile()).at("/tasks/" + task.number);
            return units.path(units.size() - 1).path("key").textValue();
        }

        String figures() throws IOException {
            return Files.readString(directory().resolve("figures.csv"));
        }
    }

    /**
     * @param id what Slurm calls it
     */
    private record Task(ProcessHandle worker, String id, int number, String node) {

        /** Returns what a worker's environment says; nothing if it has just ended. */
        static Optional<Task> of(ProcessHandle worker) {
            var environment = new HashMap<String, String>();
            try {
                Path file = Path.of("/proc/" + worker.pid() + "/environ");
                for (String variable : Files.readString(file).split("\0")) {
                    String[] parts = variable.split("=", 2);
                    environment.put(parts[0], parts[parts.length - 1]);
                }
            } catch (IOException e) {
                return Optional.empty();
            }
            String number = environment.get("SLURM_ARRAY_TASK_ID");
            return Optional.ofNullable(number)
                    .map(
                            _ ->
                                    new Task(
                                            worker,
                                            environment.get("SLURM_ARRAY_JOB_ID") + "_" + number,
                                            Integer.parseInt(number),
                                            environment.get("SLURMD_NODENAME")));
        }

        boolean isBeside(Task other) {
            return !id.equals(other.id) && node.equals(other.node);
        }
    }

    private record Driver(Process process, Path said) {

        String words() throws IOException {
            return Files.readString(said);
        }

        String ends(int status) throws Exception {
            assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), words());
            assertEquals(status, process.exitValue(), words());
            return words();
        }

        void says(String words) throws Exception {
            await(
                    "it says " + words,
                    () -> {
                        assertTrue(process.isAlive() || words().contains(words), words());
                        return words().contains(words);
                    });
        }
    }

    @Test
    void nothingIsLostAndNothingSubmittedTwiceWhoeverIsKilled() throws Exception {
        Sweep sweep = Sweep.of("killed", 1000, 12);
        Driver first = sweep.start("--on", "slurm:3");
        List<Task> tasks = sweep.stop(3);
        // Two are on one node, of which one is killed and the other goes with its node.
        Task late =
                tasks.stream()
                        .filter(one -> tasks.stream().noneMatch(one::isBeside))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("nodes have two CPUs: " + tasks));
        tasks.remove(late);
        String node = tasks.getLast().node;
        String damaged = sweep.lastUnit(late);
        tasks.getFirst().worker.destroyForcibly();
        await("the worker's end is noticed", () -> sweep.notes().size() == 1);
        await("what it left is submitted", () -> sweep.jobs().size() == 2);
        await("there is a result", () -> sweep.results() >= 1);
        first.process.destroyForcibly().waitFor();
        long submitted = System.currentTimeMillis();
        Path saved = cluster.resolve("state/job_state");
        await(
                "the controller has saved its state",
                () -> Files.getLastModifiedTime(saved).toMillis() > submitted);
        kill("controller.pid");
        loopback("controller");

        Driver second = sweep.start("--on", "slurm:3");
        Driver third = sweep.start("--on", "slurm:3");
        // Slurm looks for what is over every 30 s.
        slurm("scontrol", "update", "JobID=" + late.id, "EndTime=now+1");
        Files.writeString(sweep.directory().resolve("out/" + damaged + ".json"), "{\"key");
        sweep.killNode(node);
        String said = second.ends(0);
        assertTrue(third.ends(0).contains("24 of 24 done"));

        assertTrue(said.contains("24 of 24 done"), said);
        assertEquals(
                1, sweep.notes(note -> note.contains("killed (signal 9)")), "" + sweep.notes());
        assertEquals(1, sweep.notes(note -> note.contains("damaged")), "" + sweep.notes());
        assertEquals(1, sweep.notes(note -> note.contains("over (TIMEOUT)")), "" + sweep.notes());
        long lost = sweep.notes(note -> note.contains("lost the node " + node + " (NODE_FAIL)"));
        assertTrue(lost >= 1 && lost <= 2, "one for each worker there: " + sweep.notes());
        assertEquals(3 + lost, sweep.notes().size(), "" + sweep.notes());
        assertTrue(sweep.jobs().size() <= 1 + sweep.notes().size(), "" + sweep.jobs());
        assertEquals(List.of(), sweep.files("jobs", ".json"));
        await("Slurm's tasks have ended", () -> sweep.jobs("PD,R,CG").isEmpty());
        assertEquals(List.of(), sweep.workers());
        loopback("node", node);
    }

    @Test
    void aControllerThatForgetsItsJobsCostsNoUnitAndFiguresAreThoseOfOneMachine() throws Exception {
        Sweep sweep = Sweep.of("forgotten %j's", 20, 3);
        Path state = cluster.resolve("state");
        slurm("cp", "-a", state.toString(), state + ".before");
        Driver driver = sweep.start("--on", "slurm:2");
        await("a worker is at it", () -> !sweep.workers().isEmpty());
        kill("controller.pid");
        slurm("rm", "-r", state.toString());
        slurm("mv", state + ".before", state.toString());
        loopback("controller");
        assertTrue(driver.ends(0).contains("6 of 6 done"));
        assertEquals(sweep.notes().size(), sweep.notes(note -> note.contains("has lost it")));
        assertTrue(sweep.notes().size() <= 6, "once each at most: " + sweep.notes());

        Sweep here = Sweep.of("here", 20, 3);
        here.start("--on", "local:1").ends(0);
        assertEquals(here.figures(), sweep.figures());
    }

    @Test
    void submissionsAreGradedThereAsHere() throws Exception {
        Path submitted = Files.createDirectory(cluster.resolve("submitted"));
        Path solution = Path.of("../notebooks/labs/lab1/lab1.ipynb");
        Files.copy(solution, submitted.resolve("ada.ipynb"));
        String wrong =
                Files.readString(solution).replace("SLICE_INF_NS, enqFlags", "1_000, enqFlags");
        Files.writeString(submitted.resolve("bob.ipynb"), wrong);
        Files.writeString(submitted.resolve("eve.ipynb"), "{");
        List<String> there = grades(submitted, "there", "--on", "slurm:2");
        assertEquals(grades(submitted, "here"), there);
        assertTrue(there.get(1).startsWith("\"ada\",13.0,"), "" + there);
        assertTrue(there.get(2).startsWith("\"bob\",") && !there.get(2).contains("13.0,13"));
        assertEquals(List.of(), processes("GradeWorker " + cluster));
    }

    /** Returns the table, without how long each took. */
    private static List<String> grades(Path submitted, String name, String... flags)
            throws Exception {
        Path table = cluster.resolve(name + ".csv");
        var line =
                new ArrayList<>(
                        List.of(
                                "grade",
                                "lab1",
                                "" + submitted,
                                "--hidden-tests",
                                "target/classes",
                                "--out",
                                "" + table));
        line.addAll(List.of(flags));
        start(Map.of(), line).ends(0);
        return Files.readAllLines(table).stream()
                .map(row -> row.replaceFirst(",[\\d.]+,\"", ",\""))
                .toList();
    }

    @Test
    void whatSlurmSaysIsPassedOn() throws Exception {
        Sweep sweep = Sweep.of("waiting", 20, 2);
        Driver down = sweep.start("--on", "slurm:down");
        down.says("(PartitionDown)");
        down.process.destroyForcibly().waitFor();
        String left = sweep.start("--status").ends(1);
        assertTrue(left.contains("tasks that no command looks after: 4, running: 0"), left);
        String cancelled = sweep.start("--cancel").ends(0);
        assertTrue(cancelled.contains("Slurm has ended 4 of its tasks"), cancelled);

        slurm("sbatch", "-J", "full", "-n4", "--no-requeue", "-o/dev/null", "--wrap=sleep 1000");
        Driver full = sweep.start("--on", "slurm:all:1");
        full.says("(Resources)");
        slurm("scancel", "--name=full");
        await("it is submitted", () -> sweep.jobs().size() == 2);
        slurm("scancel", sweep.jobs().getLast());
        String said = full.ends(1);
        assertTrue(said.contains("cancelled (scancel), and not by this command"), said);
        assertEquals(List.of(), sweep.notes());
    }

    @Test
    void whySlurmCannotBeUsedIsSaid() throws Exception {
        Path nowhere = cluster.resolve("nowhere.conf");
        Files.writeString(
                nowhere, "ClusterName=none\nSlurmctldHost=none(127.0.0.1)\nSlurmctldPort=1\n");
        Sweep sweep = Sweep.of("refused", 20, 2);
        var none = Map.of("PATH", "/nonexistent");
        var silent = Map.of("SLURM_CONF", nowhere.toString());
        Map<String, Driver> drivers =
                Map.of(
                        "There is no Slurm on this machine",
                        sweep.start(none, "--on", "slurm"),
                        "Slurm does not answer",
                        sweep.start(silent, "--on", "slurm"),
                        "Slurm has no partition 'nosuch'",
                        sweep.start("--on", "slurm:nosuch"),
                        "Slurm does not take the work: Invalid --time",
                        sweep.start(Map.of("SBATCH_TIMELIMIT", "soon"), "--on", "slurm"));
        for (var each : drivers.entrySet()) {
            String said = each.getValue().ends(2);
            assertTrue(said.contains(each.getKey()), said);
        }
    }

    @Test
    void aNodeThatCannotReadOrWriteTheDirectoryIsNamedAndOthersDoWhatItDidNot() throws Exception {
        Sweep full = Sweep.of("full", 20, 1);
        Sweep hidden = Sweep.of("hidden", 20, 1);
        for (Sweep each : List.of(full, hidden)) {
            Files.createDirectories(each.directory().resolve("out"));
        }
        var line = new ArrayList<>(List.of("bad", "unshare", "--mount"));
        if (!System.getProperty("user.name").equals("root")) {
            line.add("--map-root-user");
        }
        line.addAll(
                List.of(
                        "sh",
                        "-c",
                        ELSEWHERE.formatted(full.directory(), hidden.directory()),
                        "sh"));
        loopback("node", line.toArray(String[]::new));

        Driver one = full.start("--on", "slurm:bad:1");
        Driver other = hidden.start("--on", "slurm:bad");
        String said = one.ends(1);
        assertTrue(said.contains("2 units were tried three times. The result cannot be"), said);
        assertTrue(said.contains("No space left on device"), said);
        said = other.ends(1);
        assertTrue(said.contains("2 units were tried three times."), said);
        assertTrue(said.contains("can the node use that directory?"), said);
        full.start("--on", "slurm:n1:1", "--retry").ends(0);
    }
}
