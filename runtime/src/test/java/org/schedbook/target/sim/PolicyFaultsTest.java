package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.target.sim.SimOptions.Mode;
import org.schedbook.target.sim.SimResult.Finding;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/** "A policy cannot lose a task", whatever it does. */
class PolicyFaultsTest {

    private static final long MS = 1_000_000;

    private static SimResult run(Policy policy, Mode mode) {
        return Simulation.run(
                policy,
                SimWorkload.messaging(1, 20),
                SimMachine.flat(2),
                SimOptions.DEFAULT.withMode(mode));
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whoThrowsLosesNobody(Mode mode) {
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        if (task.pid() % 2 == 0) {
                            throw new IllegalStateException("even");
                        }
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                };
        SimResult result = run(policy, mode);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertTrue(result.counters().get("nr_policy_errors") > 0);
        assertEquals("enqueue", result.faults().getFirst().callback());
        assertTrue(result.faults().getFirst().line() > 0);
        assertTrue(result.faults().getFirst().message().contains("even"));
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whoForgetsIsReminded(Mode mode) {
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        if (task.pid() != 5) {
                            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                        }
                    }
                };
        SimResult result = run(policy, mode);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertTrue(result.counters().get("nr_forgotten") > 0);
        var kinds = EnumSet.noneOf(Finding.Kind.class);
        result.findings().forEach(finding -> kinds.add(finding.kind()));
        assertTrue(kinds.contains(Finding.Kind.STARVATION), kinds.toString());
        assertTrue(kinds.contains(Finding.Kind.WORK_NOT_CONSERVED), kinds.toString());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whoWaitsForTheOnlyCpuThatItMayUseIsNotForgotten(Mode mode) {
        Program alone = Program.start().run(1500 * MS).build();
        var workload =
                SimWorkload.named("pinned")
                        .task(TaskSpec.of("first", alone).onCpus(1))
                        .task(TaskSpec.of("second", alone).onCpus(1));
        var policy =
                new Policy() {
                    private final ArrayDeque<Task> waiting = new ArrayDeque<>();

                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        waiting.add(task);
                    }

                    @Override
                    public void dispatch(int cpu, Task prev) {
                        if (cpu == 1 && !waiting.isEmpty()) {
                            insert(waiting.poll(), Dsq.LOCAL, SLICE_INF_NS, 0);
                        }
                    }
                };
        SimResult result =
                Simulation.run(
                        policy,
                        workload.build(),
                        SimMachine.flat(2),
                        SimOptions.DEFAULT.withMode(mode));
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertEquals(0, result.counters().get("nr_forgotten"), result.faults().toString());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aForbiddenCpuIsNotUsed(Mode mode) {
        var workload = SimWorkload.named("pinned");
        for (int i = 0; i < 4; i++) {
            workload.task(TaskSpec.of("task", Program.start().run(30 * MS).build()).onCpus(i % 2));
        }
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.localOn(task.canRunOn(0) ? 1 : 0), SLICE_DFL_NS, 0);
                    }
                };
        SimResult result =
                Simulation.run(
                        policy,
                        workload.build(),
                        SimMachine.flat(2),
                        SimOptions.DEFAULT.withMode(mode));
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertTrue(result.counters().get("nr_bounce_dispatches") > 0);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aWrongVerbIsExplained(Mode mode) {
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insertVtime(task, Dsq.GLOBAL, SLICE_DFL_NS, 0, enqFlags);
                    }
                };
        SimResult result = run(policy, mode);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertTrue(
                result.faults().getFirst().message().contains("createDsq"),
                result.faults().toString());
    }

    @Test
    void insertingTwiceIsCounted() {
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                };
        SimResult result = run(policy, Mode.KERNEL);
        assertEquals(
                result.counters().get("nr_user_dispatches"), result.counters().get("nr_duplicate"));
    }

    @Test
    void anInitThatThrowsIsTheEnd() {
        var policy =
                new Policy() {
                    @Override
                    public void init() {
                        createDsq(-1);
                    }

                    @Override
                    public void enqueue(Task task, long enqFlags) {}
                };
        SimResult result = run(policy, Mode.KERNEL);
        assertEquals(Outcome.INIT_FAILED, result.outcome());
        assertTrue(result.exit().isError());
    }

    @Test
    void aCallThatLoopsIsGivenUp() {
        var policy =
                new Policy() {
                    @Override
                    @SuppressWarnings("InfiniteLoopStatement")
                    public void enqueue(Task task, long enqFlags) {
                        while (true) {
                            nowNs();
                        }
                    }
                };
        SimResult result = run(policy, Mode.KERNEL);
        assertEquals(Outcome.DEADLINE, result.outcome());
        assertEquals("enqueue", result.faults().getFirst().callback());
        assertTrue(result.faults().getFirst().message().contains("2 s"));
    }

    @Test
    void aSimulationEndsAtItsDeadlineAndAtItsEventBudget() {
        var workload = SimWorkload.pipe(1_000_000_000);
        SimResult late =
                Simulation.run(
                        new Fifo(),
                        workload,
                        SimMachine.flat(1),
                        SimOptions.DEFAULT
                                .withLimitNs(Long.MAX_VALUE / 2)
                                .withDeadline(Duration.ofMillis(100)));
        assertEquals(Outcome.DEADLINE, late.outcome());
        SimResult large =
                Simulation.run(
                        new Fifo(),
                        workload,
                        SimMachine.flat(1),
                        SimOptions.DEFAULT.withMaxEvents(10_000));
        assertEquals(Outcome.EVENT_BUDGET, large.outcome());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void cpusThatAreIdleFromStartToEndBesideWaitingTasksAreFound(Mode mode) {
        var policy =
                new Policy() {
                    @Override
                    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                        return 0;
                    }

                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.localOn(0), SLICE_DFL_NS, 0);
                    }
                };
        var workload = SimWorkload.named("crowd");
        for (int i = 0; i < 10; i++) {
            workload.task(TaskSpec.of("task", Program.start().run(50 * MS).build()));
        }
        SimResult result =
                Simulation.run(
                        policy,
                        workload.build(),
                        SimMachine.flat(4),
                        SimOptions.DEFAULT.withMode(mode));
        assertEquals(Outcome.COMPLETED, result.outcome());
        Set<Integer> idle = new TreeSet<>();
        for (Finding finding : result.findings()) {
            if (finding.kind() == Finding.Kind.WORK_NOT_CONSERVED) {
                idle.add(finding.cpu());
                assertTrue(finding.message().contains("was idle for"), finding.message());
            }
        }
        assertTrue(idle.containsAll(Set.of(2, 3)), result.findings().toString());
        assertTrue(!idle.contains(0), result.findings().toString());
    }

    @Test
    void idleCpusThatNoWaitingTaskMayUseAreNoFinding() {
        var workload = SimWorkload.named("pinned");
        for (int i = 0; i < 4; i++) {
            workload.task(TaskSpec.of("task", Program.start().run(50 * MS).build()).onCpus(0));
        }
        SimResult result =
                Simulation.run(
                        new Fifo(), workload.build(), SimMachine.flat(4), SimOptions.DEFAULT);
        assertTrue(
                result.findings().stream()
                        .noneMatch(f -> f.kind() == Finding.Kind.WORK_NOT_CONSERVED),
                result.findings().toString());
    }

    @Test
    void whatWasThrownBeforeTheDeadlineIsKept() {
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        throw new IllegalStateException("told");
                    }
                };
        SimResult result =
                Simulation.run(
                        policy,
                        SimWorkload.pipe(1_000_000_000),
                        SimMachine.flat(1),
                        SimOptions.DEFAULT
                                .withLimitNs(Long.MAX_VALUE / 2)
                                .withDeadline(Duration.ofMillis(500)));
        assertEquals(Outcome.DEADLINE, result.outcome());
        assertTrue(result.faults().getFirst().message().contains("told"), result.toString());
        assertTrue(result.faults().getLast().message().contains("500 ms"), result.toString());
    }

    @Test
    void aConstructorThatDoesNotReturnEndsTheSimulation() throws Exception {
        SimResult result =
                Simulation.run(
                        "Sleeps",
                        () -> {
                            try {
                                Thread.sleep(60_000);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return new Fifo();
                        },
                        SimWorkload.pipe(1),
                        SimMachine.flat(1),
                        SimOptions.DEFAULT);
        assertEquals(Outcome.DEADLINE, result.outcome());
        assertEquals("constructor", result.faults().getFirst().callback());
    }

    @Test
    void unfairnessIsFoundAndFairnessIsNot() {
        var workload = SimWorkload.named("weights");
        Program program = Program.start().run(2_000 * MS).build();
        // A third of the weight at most: prev is not in the DSQ when the next one is picked from
        // it,
        // so nobody runs twice in a row while others wait.
        for (int weight : new int[] {100, 100, 100, 100, 200}) {
            workload.task(TaskSpec.of("w" + weight, program).withWeight(weight));
        }
        SimWorkload built = workload.build();
        SimMachine machine = SimMachine.flat(1);
        SimResult fifo = Simulation.run(new Fifo(), built, machine, SimOptions.DEFAULT);
        assertTrue(
                fifo.findings().stream().anyMatch(f -> f.kind() == Finding.Kind.UNFAIRNESS),
                fifo.findings().toString());
        SimResult vtime = Simulation.run(new Vtime(), built, machine, SimOptions.DEFAULT);
        assertEquals(0, vtime.findings().size(), vtime.findings().toString());
    }

    private static final class Fifo extends Policy {
        @Override
        public void enqueue(Task task, long enqFlags) {
            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
        }
    }

    private static final class Vtime extends Policy {
        @Override
        public void init() {
            createDsq(0);
        }

        @Override
        public void enqueue(Task task, long enqFlags) {
            long vtime = task.vtime() + task.ranNs() * 100 / task.weight();
            insertVtime(task, 0, SLICE_DFL_NS, vtime, enqFlags);
        }
    }
}
