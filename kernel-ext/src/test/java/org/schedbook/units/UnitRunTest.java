package org.schedbook.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Reading;
import org.schedbook.bench.Run;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.session.SessionException;
import org.schedbook.session.TargetChoice;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.Sweep.Outcome;
import org.schedbook.sweep.SweepRun;
import org.schedbook.sweep.Variant;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimTarget;

/** Nothing is lost and nothing done twice, whoever is killed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UnitRunTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Workload WORKLOAD = Workloads.parse("messaging:groups=1,loops=20");

    private static final TargetChoice SIM =
            new TargetChoice.Sim(SimMachine.flat(2), SimOptions.DEFAULT);

    private static final PolicySource RR = PolicySource.builtIn("rr").orElseThrow();

    private static final PolicySource BROKEN =
            new PolicySource("broken", "class B extends Policy { void f() { nosuch(); } }");

    private static final PolicySource STARVES =
            new PolicySource(
                    "starves", "class S extends Policy { public void enqueue(Task t, long f) {} }");

    @TempDir Path directory;

    static Sweep sweep(String values, int repetitions, long seed) throws InterruptedException {
        return sweep(List.of(RR), values, repetitions, seed);
    }

    private static Sweep sweep(
            List<PolicySource> sources, String values, int repetitions, long seed)
            throws InterruptedException {
        var policies = new LinkedHashMap<String, Optional<PolicySource>>();
        sources.forEach(each -> policies.put(each.name(), Optional.of(each)));
        var constants = new LinkedHashMap<String, List<String>>();
        if (!values.isEmpty()) {
            constants.put(values.split("=")[0], List.of(values.split("=")[1].split(",")));
        }
        return Sweep.of(
                policies,
                constants,
                List.of(WORKLOAD),
                SIM,
                repetitions,
                seed,
                Duration.ofMinutes(2));
    }

    private SweepRun run(Sweep sweep) throws Exception {
        var run = new SweepRun(sweep, directory, new Machines.Local(2));
        run.run();
        return run;
    }

    private static CompletableFuture<Void> inBackground(SweepRun run) {
        var done = new CompletableFuture<Void>();
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                run.run();
                                done.complete(null);
                            } catch (Exception e) {
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain until " + what);
            Thread.sleep(20);
        }
    }

    private int results() throws IOException {
        return new UnitDirectory(directory).finished().size();
    }

    private static Stream<ProcessHandle> workers(ProcessHandle of) {
        return of.children()
                .filter(
                        each ->
                                each.info()
                                        .commandLine()
                                        .map(line -> line.contains("SweepWorker"))
                                        .orElse(false));
    }

    private static BenchResult measured(SweepRun run) {
        Outcome outcome = run.outcomes().getFirst();
        assertEquals(0, outcome.missing());
        return outcome.measured().orElseThrow();
    }

    private static List<Reading> readings(BenchResult result, String label) {
        return result.runs(label).stream()
                .sorted(java.util.Comparator.comparing(Run::round))
                .map(Run::reading)
                .toList();
    }

    @Test
    void figuresAreThoseOfOneProcess() throws Exception {
        Sweep sweep = sweep("SLICE_NS=100us,5ms", 3, 7);
        BenchResult result = measured(run(sweep));
        assertEquals(List.of("rr SLICE_NS=100us", "rr SLICE_NS=5ms"), result.contenders());
        for (Variant variant : sweep.variants()) {
            var alone = new ArrayList<Reading>();
            for (int seed = 7; seed < 10; seed++) {
                var target = new SimTarget(SimMachine.flat(2), SimOptions.DEFAULT.withSeed(seed));
                Contender contender =
                        Contender.of(new CompilerProcess().compile(variant.source().orElseThrow()));
                Plan plan = Plan.of(1, Duration.ofMinutes(2));
                plan = new Plan(1, 0, plan.seed(), plan.limit(), plan.budget(), false, false);
                alone.add(
                        new Bench(target, WORKLOAD, List.of(contender), plan)
                                .run((_, _, _, _) -> {})
                                .runs()
                                .getFirst()
                                .reading());
            }
            assertEquals(alone, readings(result, variant.label()), variant.label());
        }
        assertEquals(2, result.rows().size());
        assertEquals(2, result.sourceHashes().size());
    }

    @Test
    void whatHasAResultIsNotDoneAgain() throws Exception {
        assertEquals(2, run(sweep("SLICE_NS=1ms,5ms", 1, 1)).attempts());
        assertEquals(0, run(sweep("SLICE_NS=1ms,5ms", 1, 1)).attempts());
        assertEquals(3, run(sweep("SLICE_NS=5ms,9ms", 2, 1)).attempts(), "5ms was there once");
    }

    @Test
    void aPolicysFailureIsAResult() throws Exception {
        Sweep sweep = sweep(List.of(RR, BROKEN, STARVES), "", 1, 1);
        SweepRun run = run(sweep);
        assertEquals(3, run.attempts());
        assertEquals(3, run.progress().done());
        Outcome outcome = run.outcomes().getFirst();
        assertEquals(List.of("rr"), outcome.measured().orElseThrow().contenders());
        assertEquals(List.of("broken", "starves"), List.copyOf(outcome.failures().keySet()));
        assertTrue(outcome.failures().get("broken").contains("line 1"), outcome.toString());
        assertTrue(outcome.failures().get("starves").contains("starves"), outcome.toString());
        assertEquals(0, run(sweep).attempts(), "and is not tried again");
    }

    @Test
    void whatAMachineFailsOfIsTriedThriceAndThenShown() throws Exception {
        Sweep sweep = sweep("", 2, 1);
        var run = new SweepRun(sweep, directory, new Machines.Local(2));
        String spoiled = run.keys().iterator().next();
        Path description = directory.resolve("in").resolve(spoiled + ".json");
        Files.writeString(description, "{}");
        run.run();
        assertEquals(1, run.progress().done());
        assertEquals(4, run.attempts(), "three of the one, one of the other");
        assertEquals(
                "The description of the unit has been changed.",
                run.progress().given().get(spoiled));
        assertTrue(run.progress().isComplete());

        SweepRun again = run(sweep);
        assertEquals(0, again.attempts(), "three are enough");
        again.forgive();
        again.run();
        assertEquals(1, again.attempts(), "its description is as it was");
        assertEquals(2, again.progress().done());
    }

    @Test
    void aWorkerThatIsKilledCostsTheUnitItWasAt() throws Exception {
        Sweep sweep = sweep("SLICE_NS=1ms,2ms,3ms,4ms", 6, 1);
        var run = new SweepRun(sweep, directory, new Machines.Local(2));
        var done = inBackground(run);
        await("there is a result", () -> results() >= 1);
        ProcessHandle victim = workers(ProcessHandle.current()).findFirst().orElseThrow();
        victim.destroyForcibly();
        done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertEquals(24, run.progress().done());
        assertTrue(run.attempts() <= 25, run.attempts() + " attempts");
        for (String key : run.keys()) {
            for (var failure : new UnitDirectory(directory).failures(key)) {
                assertTrue(failure.reason().contains("killed (signal 9)"), failure.toString());
            }
        }
        assertEquals(0, workers(ProcessHandle.current()).count());
    }

    @Test
    void aDriverThatIsKilledLeavesNothingHalfWrittenAndNobodyWorking() throws Exception {
        String values = "SLICE_NS=1ms,2ms,3ms,4ms";
        Process driver = DriverProcess.start(directory, values, 6);
        List<ProcessHandle> started;
        try {
            await("there is a result", () -> results() >= 1);
            started = driver.descendants().toList();
        } finally {
            driver.destroyForcibly().waitFor();
        }
        for (ProcessHandle each : started) {
            each.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        int before = results();
        assertTrue(before < 24, "it was killed in the middle");
        SweepRun run = run(sweep(values, 6, 1));
        assertEquals(24, run.progress().done());
        assertEquals(24 - before, run.attempts());
        try (Stream<Path> files = Files.walk(directory)) {
            assertEquals(
                    List.of(),
                    files.filter(each -> each.getFileName().toString().startsWith(".")).toList());
        }
    }

    @Test
    void aHalfWrittenResultIsNone() throws Exception {
        Sweep sweep = sweep("", 6, 1);
        SweepRun run = run(sweep);
        List<Reading> readings = readings(measured(run), "rr");
        var keys = List.copyOf(run.keys());
        Path out = directory.resolve("out");
        String whole = Files.readString(out.resolve(keys.getFirst() + ".json"));
        var halves = List.of(whole.substring(0, whole.length() / 2), "", "{}", "[]", whole);
        for (int i = 0; i < halves.size(); i++) {
            Files.writeString(out.resolve(keys.get(i + 1) + ".json"), halves.get(i));
        }
        Path half = out.resolve(".k.json.01234567-89ab-cdef-0123-456789abcdef");
        Files.writeString(half, "half");
        Files.writeString(out.resolve(".profile"), "precious");
        SweepRun again = run(sweep);
        assertEquals(5, again.attempts());
        assertEquals(readings, readings(measured(again), "rr"));
        assertFalse(Files.exists(half));
        assertTrue(Files.exists(out.resolve(".profile")));
    }

    @Test
    void twoDriversOnOneDirectoryDoEachUnitOnce() throws Exception {
        Sweep sweep = sweep("SLICE_NS=1ms,2ms,3ms", 4, 1);
        var one = new SweepRun(sweep, directory, new Machines.Local(2));
        var other = new SweepRun(sweep, directory, new Machines.Local(2));
        var first = inBackground(one);
        var second = inBackground(other);
        first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        second.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertEquals(12, one.attempts() + other.attempts());
        assertEquals(12, one.progress().done());
        assertEquals(12, other.progress().done());
    }

    @Test
    void aDriverTakesOverFromAnotherProcessThatIsKilled() throws Exception {
        String values = "SLICE_NS=1ms,2ms,3ms,4ms";
        Process driver = DriverProcess.start(directory, values, 6);
        try {
            await("there is a result", () -> results() >= 1);
            var run = new SweepRun(sweep(values, 6, 1), directory, new Machines.Local(2));
            var done = inBackground(run);
            await("it waits for the other", () -> run.progress().elsewhere());
            assertEquals(0, run.attempts());
            driver.destroyForcibly().waitFor();
            done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertEquals(24, run.progress().done());
            assertTrue(run.attempts() < 24, run.attempts() + " attempts");
        } finally {
            driver.destroyForcibly().waitFor();
        }
    }

    @Test
    void aSweepCanBeCancelledAndGoneOnWith() throws Exception {
        Sweep sweep = sweep("SLICE_NS=1ms,2ms,3ms,4ms", 6, 1);
        var run = new SweepRun(sweep, directory, new Machines.Local(2));
        var done = inBackground(run);
        await("there is a result", () -> results() >= 1);
        new SweepRun(sweep, directory, new Machines.Local(1)).cancel();
        done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertEquals(0, workers(ProcessHandle.current()).count());
        assertFalse(run.progress().isComplete());
        int before = results();
        SweepRun again = run(sweep);
        assertEquals(24 - before, again.attempts());
        assertTrue(again.progress().isComplete());
    }

    @Test
    void anInterruptEndsTheWorkers() throws Exception {
        var run =
                new SweepRun(
                        sweep("SLICE_NS=1ms,2ms,3ms,4ms", 6, 1), directory, new Machines.Local(2));
        var ended = new CompletableFuture<Boolean>();
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    try {
                                        run.run();
                                        ended.complete(false);
                                    } catch (InterruptedException e) {
                                        ended.complete(true);
                                    }
                                });
        await("there is a result", () -> results() >= 1);
        thread.interrupt();
        assertTrue(ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(0, workers(ProcessHandle.current()).count());
    }

    @Test
    void wallClocksAreNotReadBesideEachOther() throws Exception {
        var wall =
                new Sweep(
                        List.of(Variant.EEVDF),
                        List.of(),
                        List.of(WORKLOAD),
                        TargetChoice.Kind.vm.usual(),
                        1,
                        1,
                        Duration.ofMinutes(1));
        assertEquals(1, Machines.of(wall.needs(), null).atATime());
        assertEquals(1, Machines.of(wall.needs(), "local:1").atATime());
        assertEquals(2, Machines.of(sweep("", 1, 1).needs(), "local:2").atATime());
        assertThrows(SessionException.class, () -> Machines.of(wall.needs(), "local:2"));
        for (String wrong :
                List.of("local:0", "local:257", "local:99999999", "remote", "local:-1")) {
            assertThrows(SessionException.class, () -> Machines.of(sweep("", 1, 1).needs(), wrong));
        }
    }

    @Test
    void aDirectoryThatIsNoneIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        Sweep sweep = sweep("", 1, 1);
        var e =
                assertThrows(
                        SessionException.class,
                        () -> new SweepRun(sweep, file, new Machines.Local(1)));
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    }
}
