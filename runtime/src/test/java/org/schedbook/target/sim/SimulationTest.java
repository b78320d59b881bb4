package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Enq;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.target.sim.SimOptions.Mode;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

class SimulationTest {

    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    private static Policy builtIn(String name) throws Exception {
        return COMPILER.compile(PolicySource.builtIn(name).orElseThrow()).newPolicy();
    }

    /**
     * The event log of a run, as a hash. It may change only with the rules or the costs of the
     * simulator, never with the machine, the JDK or the run.
     */
    @ParameterizedTest
    @CsvSource({
        "fifo, KERNEL, dca8eaa54e271306",
        "rr, KERNEL, 26279c587893128c",
        "vtime, KERNEL, 8c1b92716df1cbe9",
        "fifo, USER_SPACE, 398437e88a4e1150",
        "rr, USER_SPACE, 95ff425e9258dd5a",
        "vtime, USER_SPACE, b0b200aea67fad78",
    })
    void aRunIsTheSameEverywhere(String name, Mode mode, String digest) throws Exception {
        var options = SimOptions.DEFAULT.withMode(mode).withSeed(42);
        SimWorkload workload = SimWorkload.interactive(6, 5, 200_000_000);
        SimMachine machine = SimMachine.of(2, 1, 2, 2);
        SimResult result = Simulation.run(builtIn(name), workload, machine, options);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertEquals(digest, Long.toHexString(result.digest()));
    }

    @Test
    void simulationsAtTheSameTimeDoNotDisturbEachOther() {
        List<Long> digests =
                IntStream.range(0, 8)
                        .parallel()
                        .mapToObj(
                                i ->
                                        Simulation.run(
                                                        new Whimsical(7),
                                                        SimWorkload.messaging(1, 20),
                                                        SimMachine.flat(3),
                                                        SimOptions.DEFAULT)
                                                .digest())
                        .distinct()
                        .toList();
        assertEquals(1, digests.size());
    }

    @Test
    void theSeedChangesTheWork() throws Exception {
        SimWorkload workload = SimWorkload.interactive(6, 5, 200_000_000);
        SimMachine machine = SimMachine.flat(2);
        SimOptions options = SimOptions.DEFAULT;
        assertNotEquals(
                Simulation.run(builtIn("fifo"), workload, machine, options).digest(),
                Simulation.run(builtIn("fifo"), workload, machine, options.withSeed(2)).digest());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void theBuiltInPoliciesDeliverEveryMessage(Mode mode) throws Exception {
        for (String name : PolicySource.builtInNames()) {
            SimResult result =
                    Simulation.run(
                            builtIn(name),
                            SimWorkload.messaging(2, 50),
                            SimMachine.flat(4),
                            SimOptions.DEFAULT.withMode(mode));
            assertEquals(Outcome.COMPLETED, result.outcome(), name);
            assertEquals(2 * 20 * 20 * 50, result.nrMessages(), name);
            assertEquals(List.of(), result.faults(), name);
            assertEquals(List.of(), result.findings(), name);
        }
    }

    @Test
    void aTraceThatIsKeptDoesNotChangeTheRun() throws Exception {
        SimWorkload workload = SimWorkload.skewed(20, 5_000_000);
        SimMachine machine = SimMachine.flat(3);
        SimResult without = Simulation.run(builtIn("rr"), workload, machine, SimOptions.DEFAULT);
        SimResult with =
                Simulation.run(
                        builtIn("rr"), workload, machine, SimOptions.DEFAULT.withTrace(1 << 20));
        assertEquals(without.digest(), with.digest());
        assertEquals(with.trace().count(), with.trace().size());
    }

    @Test
    void whyTellsTheDecisionAndWhoElseWaited() throws Exception {
        SimResult result =
                Simulation.run(
                        builtIn("fifo"),
                        SimWorkload.skewed(5, 5_000_000),
                        SimMachine.flat(2),
                        SimOptions.DEFAULT.withTrace(10_000));
        SimResult.Why why = result.why(6, 1_000_000);
        assertEquals(Dsq.GLOBAL, why.decision().argument());
        assertEquals(List.of(4, 5), why.others());
        assertTrue(why.toString().contains("SCX_DSQ_GLOBAL"), why.toString());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void anInsertByVtimeIsKeptWithIt(Mode mode) throws Exception {
        SimResult result =
                Simulation.run(
                        builtIn("vtime"),
                        SimWorkload.skewed(5, 50_000_000),
                        SimMachine.flat(1),
                        SimOptions.DEFAULT.withMode(mode).withTrace(100_000));
        List<Schedule.Insert> decided =
                result.schedule().inserts().stream().filter(each -> each.dsq() == 0).toList();
        assertFalse(decided.isEmpty());
        for (Schedule.Insert insert : decided) {
            assertTrue(insert.byVtime(), insert.toString());
        }
        assertTrue(decided.stream().mapToLong(Schedule.Insert::vtime).max().orElse(0) > 0);
        Schedule.Insert last = decided.getLast();
        String why = result.why(last.pid(), last.timeNs()).toString();
        assertTrue(why.contains(" and vtime " + last.vtime() + ";"), why);
    }

    // ---- Whatever the policy and the work are ----------------------------------------------

    /** Decides by lot: where to, how long, whom to kick, and whether to keep the task for now. */
    private static final class Whimsical extends Policy {
        private final SplittableRandom random;
        private final ArrayDeque<Task> kept = new ArrayDeque<>();

        Whimsical(long seed) {
            random = new SplittableRandom(seed);
        }

        @Override
        public void init() {
            createDsq(1);
            createDsq(5000);
        }

        @Override
        public int selectCpu(Task task, int prevCpu, long wakeFlags) {
            int cpu = random.nextBoolean() ? pickIdleCpu(task) : -1;
            if (cpu >= 0 && random.nextBoolean()) {
                insert(task, Dsq.LOCAL, slice(), 0);
            }
            return cpu >= 0 ? cpu : prevCpu;
        }

        private long slice() {
            return random.nextLong(1, 10_000_000);
        }

        @Override
        public void enqueue(Task task, long enqFlags) {
            long flags = enqFlags | (random.nextInt(4) == 0 ? Enq.HEAD : 0);
            int cpu = random.nextInt(topology().nrCpus());
            switch (random.nextInt(6)) {
                case 0 -> insert(task, Dsq.GLOBAL, slice(), flags);
                case 1 -> insert(task, Dsq.LOCAL, slice(), flags | Enq.PREEMPT);
                case 2 -> insert(task, Dsq.localOn(cpu), slice(), flags);
                case 3 -> insert(task, 1, slice(), flags);
                case 4 -> insertVtime(task, 5000, slice(), random.nextInt(), flags);
                default -> kept.add(task);
            }
            for (int i = 0; i < topology().nrCpus(); i++) {
                kick(i, random.nextInt(8) == 0 ? Kick.PREEMPT : Kick.IDLE);
            }
        }

        @Override
        public void dispatch(int cpu, Task prev) {
            Task task = kept.poll();
            if (task != null) {
                insert(task, Dsq.LOCAL, slice(), 0);
            } else if (!moveToLocal(1)) {
                moveToLocal(5000);
            }
        }

        @Override
        public void dequeue(Task task, long deqFlags) {
            kept.remove(task);
        }
    }

    private static SimWorkload randomWork(SplittableRandom random, int nrCpus) {
        var workload = SimWorkload.named("random");
        int pipe = workload.pipe(1 + random.nextInt(4), 0);
        int lock = workload.lock();
        int child = workload.template(TaskSpec.of("child", Program.start().run(100_000).build()));
        int nr = 4 + random.nextInt(12);
        for (int i = 0; i < nr; i++) {
            Program program =
                    switch (i % 4) {
                        case 0 -> Program.start().loop(20).run(1, 900_000).send(pipe).end().build();
                        case 1 -> Program.start().loop(20).receive(pipe).run(50_000).end().build();
                        case 2 ->
                                Program.start()
                                        .loop(10)
                                        .sleep(1, 3_000_000)
                                        .lock(lock)
                                        .run(1, 500_000)
                                        .unlock(lock)
                                        .yieldCpu()
                                        .end()
                                        .build();
                        default -> Program.start().run(1, 30_000_000).fork(child).run(5000).build();
                    };
            TaskSpec task = TaskSpec.of("t" + i % 4, program).withWeight(1 + random.nextInt(1000));
            workload.task(random.nextInt(3) == 0 ? task.onCpus(random.nextInt(nrCpus)) : task);
        }
        // As many receivers as senders.
        if (nr % 4 == 1) {
            workload.task(TaskSpec.of("t1", Program.start().loop(20).receive(pipe).end().build()));
        }
        return workload.build();
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void noTaskIsLostAndNoRuleBroken(Mode mode) {
        for (int seed = 0; seed < 150; seed++) {
            var random = new SplittableRandom(seed);
            SimMachine machine =
                    switch (seed % 3) {
                        case 0 -> SimMachine.flat(1 + random.nextInt(4));
                        case 1 -> SimMachine.of(2, 1, 2, 2);
                        default -> SimMachine.flat(3).withCosts(CostModel.FREE);
                    };
            SimWorkload workload = randomWork(random, machine.topology().nrCpus());
            SimResult result =
                    Simulation.run(
                            new Whimsical(seed),
                            workload,
                            machine,
                            SimOptions.DEFAULT.withMode(mode).withTrace(1 << 20));
            assertEquals(Outcome.COMPLETED, result.outcome(), "seed " + seed);
            check(result, workload, "seed " + seed);
        }
    }

    private static void check(SimResult result, SimWorkload workload, String seed) {
        for (int i = 1; i < result.trace().size(); i++) {
            assertTrue(result.trace().get(i - 1).timeNs() <= result.trace().get(i).timeNs(), seed);
        }
        Map<Integer, Long> cpuFree = new HashMap<>();
        Map<Integer, Long> taskFree = new HashMap<>();
        for (Run run : result.schedule().runs()) {
            assertTrue(cpuFree.getOrDefault(run.cpu(), 0L) <= run.fromNs(), seed + " " + run);
            assertTrue(taskFree.getOrDefault(run.pid(), 0L) <= run.fromNs(), seed + " " + run);
            cpuFree.put(run.cpu(), run.toNs());
            taskFree.put(run.pid(), run.toNs());
            int index = run.pid() - 2;
            if (index >= 0 && index < workload.tasks().size()) {
                List<Integer> allowed = workload.tasks().get(index).cpus();
                assertTrue(allowed.isEmpty() || allowed.contains(run.cpu()), seed + " " + run);
            }
        }
        long loop = result.counters().getOrDefault("loop_run_ns", 0L);
        long busy = result.cpus().stream().mapToLong(SimResult.CpuResult::busyNs).sum();
        long ran = result.tasks().stream().mapToLong(SimResult.TaskResult::runNs).sum();
        assertEquals(busy, ran + loop, seed);
        for (SimResult.TaskResult task : result.tasks()) {
            assertTrue(task.endNs() >= task.bornNs() + task.runNs(), seed + " " + task);
        }
        // The policy can be whimsical, and is wrong only in where tasks may run.
        result.faults().forEach(f -> assertTrue(f.message().contains("may only use"), seed + f));
    }
}
