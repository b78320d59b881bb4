package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.schedule.Schedule;
import org.schedbook.target.sim.SimOptions.Mode;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/** What must never wait for user space, and what waiting for it costs. */
class UserSpaceRulesTest {

    private static final long MS = 1_000_000;

    private static class Fifo extends Policy {
        final List<Integer> enqueued = new ArrayList<>();

        @Override
        public void enqueue(Task task, long enqFlags) {
            enqueued.add(task.pid());
            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
        }
    }

    private static SimResult run(Policy policy, int nrCpus, SimWorkload workload, Mode mode) {
        return Simulation.run(
                policy,
                workload,
                SimMachine.flat(nrCpus),
                SimOptions.DEFAULT.withMode(mode).withTrace(1 << 20));
    }

    private static SimWorkload computing(int nrTasks, long ns) {
        var workload = SimWorkload.named("computing");
        for (int i = 0; i < nrTasks; i++) {
            workload.task(TaskSpec.of("task", Program.start().run(ns).build()));
        }
        return workload.build();
    }

    @Test
    void whileCpusAreIdleNobodyIsAsked() {
        var policy = new Fifo();
        SimResult result = run(policy, 4, computing(4, MS), Mode.USER_SPACE);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertEquals(List.of(), policy.enqueued);
        assertEquals(4, result.counters().get("nr_kernel_dispatches"));
        assertEquals(0, result.counters().get("nr_rounds"));
    }

    @Test
    void whoeverFindsNoIdleCpuWaitsForARoundTrip() {
        var policy = new Fifo();
        SimResult result = run(policy, 2, computing(6, MS), Mode.USER_SPACE);
        assertEquals(List.of(4, 5, 6, 7), policy.enqueued);
        assertEquals(4, result.counters().get("nr_user_dispatches"));
        long loop = result.counters().get("loop_run_ns");
        assertTrue(loop >= CostModel.UNCALIBRATED.roundNs(), "loop_run_ns " + loop);
    }

    @Test
    void theLoopInterruptsLongSlices() {
        // All CPUs are busy and nobody sleeps: only the tick can let the loop in.
        var policy = new Fifo();
        SimResult result = run(policy, 2, computing(4, 50 * MS), Mode.USER_SPACE);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertTrue(result.counters().get("nr_loop_preempts") > 0, result.counters().toString());
    }

    @Test
    void aFullRingFallsBackToTheGlobalDsq() {
        SimResult result = run(new Fifo(), 2, computing(5000, 1000), Mode.USER_SPACE);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertTrue(result.counters().get("nr_sched_congested") > 0, result.counters().toString());
    }

    @Test
    void whatIsStillInTheRingIsToldBeforeTheEnd() {
        var told = new ArrayList<String>();
        var policy =
                new Fifo() {
                    @Override
                    public void exitTask(Task task) {
                        told.add("exitTask " + task.pid());
                    }

                    @Override
                    public void exit(ExitInfo info) {
                        told.add("exit");
                    }
                };
        run(policy, 1, computing(2, MS), Mode.USER_SPACE);
        assertEquals(List.of("exitTask 2", "exitTask 3", "exit"), told);
    }

    @Test
    void userSpaceCostsMoreThanTheKernel() {
        SimWorkload workload = SimWorkload.pipes(8, 500);
        long kernel = run(new Fifo(), 2, workload, Mode.KERNEL).timeNs();
        long userSpace = run(new Fifo(), 2, workload, Mode.USER_SPACE).timeNs();
        assertTrue(userSpace > kernel, userSpace + " against " + kernel);
    }

    @Test
    void aPolicyWithItsOwnDispatchKeepsItsTasksInUserSpace() {
        var policy =
                new Policy() {
                    private int most;

                    @Override
                    public void init() {
                        createDsq(3);
                    }

                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insertVtime(task, 3, SLICE_DFL_NS, -task.pid(), enqFlags);
                        most = Math.max(most, nrQueued(3));
                    }

                    @Override
                    public void dispatch(int cpu, Task prev) {
                        moveToLocal(3);
                    }
                };
        SimResult result = run(policy, 2, computing(8, MS), Mode.USER_SPACE);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertEquals(6, policy.most);
        // By vtime the last ones go first, two at a time.
        List<Integer> order =
                result.schedule().runs().stream()
                        .map(Schedule.Run::pid)
                        .filter(pid -> pid > 3)
                        .toList();
        assertEquals(Set.of(9, 8), Set.copyOf(order.subList(0, 2)));
        assertEquals(Set.of(7, 6), Set.copyOf(order.subList(2, 4)));
        assertEquals(Set.of(5, 4), Set.copyOf(order.subList(4, 6)));
    }
}
