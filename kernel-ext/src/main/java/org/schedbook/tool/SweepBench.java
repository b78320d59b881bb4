package org.schedbook.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.schedbook.bench.Bench;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Workloads;
import org.schedbook.child.ChildProcess;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.session.SessionException;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.SweepDescription;
import org.schedbook.sweep.SweepRun;
import org.schedbook.units.Machines;
import picocli.CommandLine.Command;

/**
 * Measures what it costs that a sweep is divided into units: {@code ./schedbook bench sweep}.
 * Prints one JSON object a line, with the median as value and the extremes as low and high; on this
 * machine ({@code local}), and on a Slurm if there is one ({@code slurm}).
 *
 * <ul>
 *   <li>{@code sweep.one-process}: a simulation of next to nothing, as {@code %bench} runs many
 *   <li>{@code sweep.overhead-per-unit}: what it takes longer as a unit, at one unit at a time
 *   <li>{@code sweep.first-result}: from the command until the driver has seen a result
 *   <li>{@code sweep.speed-up.N}: how many times faster N slots do units of about a second than one
 *   <li>{@code sweep.repeated-units.worker-killed}, {@code .driver-killed}: units that were begun
 *       more than once since somebody was killed in the middle
 * </ul>
 */
@Command(
        name = "bench-sweep",
        description = "Measures what it costs that a sweep is divided into units.")
final class SweepBench implements Callable<Integer> {

    private static final String NOTHING = "messaging:groups=1,loops=1";

    /** Some tenths of a second, so that a kill finds a unit in the middle. */
    private static final String SOMETHING = "messaging:groups=4,loops=100";

    /** About a second, as {@code sim.seed-job} is, beside which a worker's start is little. */
    private static final String A_SECOND = "messaging:groups=24,loops=2000";

    private static final int NR_OF_NOTHING = 100;
    private static final int NR_OF_SOMETHING = 16;
    private static final int TURNS = 3;
    private static final List<Integer> SLOTS = List.of(1, 2, 4);

    /** How many units have a result when somebody is killed. */
    private static final int DONE_AT_KILL = 3;

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private Path root;
    private int nrSweeps;

    @Override
    public Integer call() throws Exception {
        root = Files.createTempDirectory("schedbook-sweeps");
        try {
            double alone = oneProcess();
            measure("local", alone);
            if (hasSlurm()) {
                measure("slurm", alone);
            } else {
                System.err.println("No Slurm answers here, so there are no figures of one.");
            }
        } finally {
            remove(root);
        }
        return 0;
    }

    private boolean hasSlurm() throws Exception {
        try {
            Machines.of(description(NOTHING, 1).sweep().needs(), "slurm");
            return true;
        } catch (SessionException e) {
            return false;
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    // ---- Sweeps of simulations ---------------------------------------------------------------

    private Path file(String workload, int repetitions) throws IOException {
        return Files.writeString(
                root.resolve("sweep-%d.json".formatted(nrSweeps++)),
                """
                {"policies": ["rr"], "workloads": ["%s"], "target": "sim", "repetitions": %d}
                """
                        .formatted(workload, repetitions));
    }

    private SweepDescription description(String workload, int repetitions) throws IOException {
        return SweepDescription.read(file(workload, repetitions));
    }

    private static Path directory(Path file) {
        return file.resolveSibling(file.getFileName() + ".sweep");
    }

    private static SweepRun run(Path file, String on) throws Exception {
        Sweep sweep = SweepDescription.read(file).sweep();
        return new SweepRun(sweep, directory(file), Machines.of(sweep.needs(), on));
    }

    /** A sweep that runs beside this thread. */
    private static final class Started {

        private final SweepRun run;
        private final Thread thread;
        private volatile Exception failure;

        Started(SweepRun run) {
            this.run = run;
            thread = Thread.ofPlatform().daemon().name("sweep").start(this::go);
        }

        private void go() {
            try {
                run.run();
            } catch (Exception e) {
                failure = e;
            }
        }

        void await(int done) throws Exception {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (run.progress().done() < done) {
                if (!thread.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "the sweep has stopped: " + run.progress(), failure);
                }
                Thread.sleep(1);
            }
        }

        void finish() throws Exception {
            await(run.progress().total());
            thread.join();
        }
    }

    // ---- What is measured --------------------------------------------------------------------

    /** Returns how many seconds a simulation takes where many are run after each other. */
    private double oneProcess() throws Exception {
        SweepDescription described = description(NOTHING, NR_OF_NOTHING);
        var contender =
                new Contender(
                        "rr",
                        Optional.of(
                                new CompilerProcess()
                                        .compile(PolicySource.builtIn("rr").orElseThrow())),
                        Optional.empty());
        var times = new ArrayList<Double>();
        for (int turn = 0; turn < TURNS; turn++) {
            long start = System.nanoTime();
            try (var target = described.target().open()) {
                new Bench(
                                target,
                                Workloads.parse(NOTHING),
                                List.of(contender),
                                Plan.of(NR_OF_NOTHING, LIMIT))
                        .run((_, _, _, _) -> {});
            }
            times.add(secondsSince(start) / NR_OF_NOTHING);
        }
        Row.print("sweep.one-process", "ms", milliseconds(times));
        return times.stream().sorted().toList().get(TURNS / 2);
    }

    private void measure(String where, double alone) throws Exception {
        var firsts = new ArrayList<Double>();
        var units = new ArrayList<Double>();
        for (int turn = 0; turn < TURNS; turn++) {
            Path file = file(NOTHING, NR_OF_NOTHING);
            long start = System.nanoTime();
            var started = new Started(run(file, where + ":1"));
            started.await(1);
            firsts.add(secondsSince(start));
            started.finish();
            units.add(secondsSince(start) / NR_OF_NOTHING - alone);
        }
        Row.print("sweep.overhead-per-unit." + where, "ms", milliseconds(units));
        Row.print("sweep.first-result." + where, "s", firsts);
        speedUp(where);
        Row.print(
                "sweep.repeated-units.worker-killed." + where,
                "",
                List.of((double) repeatedAfterWorker(where)));
        Row.print(
                "sweep.repeated-units.driver-killed." + where,
                "",
                List.of((double) repeatedAfterDriver(where)));
    }

    /** The numbers of slots take turns, and each turn is compared to its own first. */
    private void speedUp(String where) throws Exception {
        var gains = new LinkedHashMap<Integer, List<Double>>();
        for (int turn = 0; turn < TURNS; turn++) {
            double one = 0;
            for (int slots : SLOTS) {
                Path file = file(A_SECOND, NR_OF_SOMETHING);
                long start = System.nanoTime();
                new Started(run(file, where + ":" + slots)).finish();
                double took = secondsSince(start);
                one = slots == 1 ? took : one;
                gains.computeIfAbsent(slots, _ -> new ArrayList<>()).add(one / took);
            }
        }
        gains.forEach(
                (slots, each) ->
                        Row.print("sweep.speed-up.%d.%s".formatted(slots, where), "", each));
    }

    private int repeatedAfterWorker(String where) throws Exception {
        Path file = file(SOMETHING, NR_OF_SOMETHING);
        var started = new Started(run(file, where + ":2"));
        started.await(DONE_AT_KILL);
        ProcessHandle.allProcesses()
                .filter(each -> isWorker(each, directory(file)))
                .findFirst()
                .orElseThrow()
                .destroyForcibly();
        started.finish();
        try (Stream<Path> notes = Files.list(directory(file).resolve("failed"))) {
            return Math.toIntExact(notes.count()); // each is of a unit that had been begun
        }
    }

    private static boolean isWorker(ProcessHandle process, Path directory) {
        String line = process.info().commandLine().orElse("");
        return line.contains("SweepWorker") && line.contains(directory.toString());
    }

    private int repeatedAfterDriver(String where) throws Exception {
        Path file = file(SOMETHING, NR_OF_SOMETHING);
        String on = where + ":2";
        var builder =
                ChildProcess.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Tools.class.getName(),
                        "sweep",
                        file.toString(),
                        "--dir",
                        directory(file).toString(),
                        "--on",
                        on);
        builder.environment().putAll(System.getenv()); // as a person's, it finds Slurm
        Process driver =
                builder.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        SweepRun second = run(file, on);
        try {
            while (second.progress().done() < DONE_AT_KILL) {
                if (!driver.isAlive()) {
                    throw new IllegalStateException("the driver has ended");
                }
                Thread.sleep(10);
                second.refresh();
            }
        } finally {
            driver.destroyForcibly().waitFor();
        }
        second.refresh();
        int missing = NR_OF_SOMETHING - second.progress().done();
        new Started(second).finish();
        // On this machine the workers end with their driver; Slurm's go on, and are adopted.
        return second.attempts() - (where.equals("local") ? missing : 0);
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<Double> milliseconds(List<Double> seconds) {
        return seconds.stream().map(each -> each * 1e3).toList();
    }
}
