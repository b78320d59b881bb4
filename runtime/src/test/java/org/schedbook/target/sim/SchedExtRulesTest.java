package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Enq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/**
 * The rules of sched_ext, one by one, on machines where nothing costs anything. Sources: {@code
 * Documentation/scheduler/sched-ext.rst} (rst) and {@code kernel/sched/ext.c}.
 */
class SchedExtRulesTest {

    private static final long MS = 1_000_000;
    private static final int FIRST = 2;
    private static final int SECOND = 3;
    private static final int THIRD = 4;

    /** Says what it is asked, and leaves the answers to its subclasses. */
    private abstract static class Telling extends Policy {
        final List<String> told = new ArrayList<>();

        @Override
        public int selectCpu(Task task, int prevCpu, long wakeFlags) {
            told.add("selectCpu " + task.pid());
            return prevCpu;
        }

        @Override
        public void enqueue(Task task, long enqFlags) {
            told.add("enqueue " + task.pid());
            insert(task, Dsq.GLOBAL, 20 * MS, enqFlags);
        }

        @Override
        public void dispatch(int cpu, Task prev) {
            told.add("dispatch " + cpu + " " + (prev == null ? 0 : prev.pid()));
        }

        @Override
        public void runnable(Task task, long enqFlags) {
            told.add("runnable " + task.pid());
        }

        @Override
        public void running(Task task) {
            told.add("running " + task.pid());
        }

        @Override
        public void stopping(Task task, boolean runnable) {
            told.add("stopping " + task.pid() + " " + runnable);
        }

        @Override
        public void quiescent(Task task, long deqFlags) {
            told.add("quiescent " + task.pid());
        }

        @Override
        public void exitTask(Task task) {
            told.add("exitTask " + task.pid());
        }
    }

    private static SimResult run(Policy policy, int nrCpus, TaskSpec... tasks) {
        var workload = SimWorkload.named("rules");
        for (TaskSpec task : tasks) {
            workload.task(task);
        }
        return run(policy, nrCpus, workload.build());
    }

    private static SimResult run(Policy policy, int nrCpus, SimWorkload workload) {
        return Simulation.run(
                policy,
                workload,
                SimMachine.flat(nrCpus).withCosts(CostModel.FREE),
                SimOptions.DEFAULT.withTrace(100_000));
    }

    private static TaskSpec computing(long ns) {
        return TaskSpec.of("task", Program.start().run(ns).build());
    }

    private static List<Integer> order(SimResult result) {
        return result.schedule().runs().stream().map(Run::pid).toList();
    }

    @Test
    void lifeOfATaskIsThatOfRstTaskLifecycle() {
        var policy = new Telling() {};
        run(policy, 2, TaskSpec.of("task", Program.start().run(MS).sleep(MS).run(MS).build()));
        assertEquals(
                List.of(
                        "selectCpu 2",
                        "runnable 2",
                        "enqueue 2",
                        "running 2",
                        "stopping 2 false",
                        "quiescent 2",
                        "dispatch 0 2",
                        "selectCpu 2",
                        "runnable 2",
                        "enqueue 2",
                        "running 2",
                        "stopping 2 false",
                        "quiescent 2",
                        "exitTask 2",
                        "dispatch 0 0"),
                policy.told);
    }

    @Test
    void selectCpuIsForThoseWhoWakeAndMayChoose() {
        // select_task_rq() asks only if nr_cpus_allowed > 1; an ended slice is not a wake-up.
        var policy = new Telling() {};
        SimResult result =
                run(policy, 2, computing(50 * MS).onCpus(1), computing(50 * MS).onCpus(1));
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertTrue(policy.told.contains("enqueue 2"));
        assertTrue(
                policy.told.stream().noneMatch(s -> s.startsWith("selectCpu")), "" + policy.told);
    }

    @Test
    void withoutSelectCpuAnIdleCpuIsTakenAndEnqueueSkipped() {
        // select_task_rq_scx(): scx_select_cpu_dfl() and a direct dispatch to SCX_DSQ_LOCAL.
        var enqueued = new ArrayList<Integer>();
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        enqueued.add(task.pid());
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                };
        SimResult result = run(policy, 2, computing(MS), computing(MS), computing(MS));
        assertEquals(List.of(THIRD), enqueued);
        assertEquals(2 * MS, result.timeNs(), 10);
    }

    @Test
    void insertingFromSelectCpuSkipsEnqueue() {
        // rst: "inserting directly from ops.select_cpu() will cause ops.enqueue() to be skipped",
        // and SCX_DSQ_LOCAL is that of the CPU it returns.
        var policy =
                new Telling() {
                    @Override
                    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                        insert(task, Dsq.LOCAL, SLICE_DFL_NS, 0);
                        return 1;
                    }
                };
        SimResult result = run(policy, 2, computing(MS));
        assertTrue(policy.told.stream().noneMatch(s -> s.startsWith("enqueue")), "" + policy.told);
        assertEquals(1, result.schedule().runs().getFirst().cpu());
    }

    @Test
    void localGoesBeforeGlobalAndGlobalBeforeDispatch() {
        // rst, Dispatch Queues: "if the local DSQ is not empty, the first task is picked.
        // Otherwise, the CPU tries to move a task from the global DSQ. [...] ops.dispatch()".
        var policy =
                new Policy() {
                    private Task kept;

                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        switch (task.pid()) {
                            case FIRST -> insert(task, Dsq.LOCAL, SLICE_INF_NS, 0);
                            case SECOND -> kept = task;
                            case THIRD -> insert(task, Dsq.GLOBAL, SLICE_INF_NS, 0);
                            default -> insert(task, Dsq.LOCAL, SLICE_INF_NS, 0);
                        }
                    }

                    @Override
                    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                        return prevCpu;
                    }

                    @Override
                    public void dispatch(int cpu, Task prev) {
                        if (kept != null) {
                            insert(kept, Dsq.LOCAL, SLICE_INF_NS, 0);
                            kept = null;
                        }
                    }
                };
        SimResult result =
                run(policy, 1, computing(MS), computing(MS), computing(MS), computing(MS));
        assertEquals(List.of(FIRST, 5, THIRD, SECOND), order(result));
    }

    @Test
    void dispatchIsAskedBeforePrevIsStoppedAndEnqueued() {
        // balance_one() runs in pick_task_scx(), put_prev_task_scx() after it.
        var policy = new Telling() {};
        run(policy, 1, computing(21 * MS).onCpus(0), computing(MS).startingAt(5 * MS).onCpus(0));
        int stopped = policy.told.indexOf("stopping 2 true");
        assertEquals(
                List.of("stopping 2 true", "enqueue 2", "running 3"),
                policy.told.subList(stopped, stopped + 3));
    }

    @Test
    void prevKeepsTheCpuWithANewSliceWhenNobodyElseWantsIt() {
        // balance_one(): SCX_RQ_BAL_KEEP without SCX_OPS_ENQ_LAST; no stopping, no enqueue.
        var policy = new Telling() {};
        SimResult result = run(policy, 1, computing(100 * MS));
        assertEquals(1, result.tasks().getFirst().nrStarts());
        assertEquals(1, policy.told.stream().filter("enqueue 2"::equals).count());
        assertTrue(policy.told.contains("dispatch 0 2"));
    }

    @Test
    void sliceEndsAtTheTickAfterItRanOut() {
        // task_tick_scx() is what finds scx.slice at 0: 5 ms of slice end at 8 ms with HZ=250.
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.GLOBAL, 5 * MS, enqFlags);
                    }

                    @Override
                    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                        return prevCpu;
                    }
                };
        SimResult result = run(policy, 1, computing(20 * MS), computing(20 * MS));
        assertEquals(List.of(FIRST, SECOND, FIRST, SECOND, FIRST, SECOND), order(result));
        assertEquals(8 * MS, result.schedule().runs().getFirst().toNs());
    }

    @Test
    void headGoesBeforeTheOthers() {
        // dispatch_enqueue(): list_add() with SCX_ENQ_HEAD.
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.GLOBAL, SLICE_INF_NS, task.pid() == THIRD ? Enq.HEAD : 0);
                    }

                    @Override
                    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                        return prevCpu;
                    }
                };
        SimResult result = run(policy, 1, computing(MS), computing(MS), computing(MS));
        assertEquals(List.of(THIRD, FIRST, SECOND), order(result));
    }

    @Test
    void preemptEndsTheSliceOfWhoRunsThere() {
        // local_dsq_post_enq(): curr->scx.slice = 0 and resched_curr().
        var policy =
                new Policy() {
                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        boolean late = task.pid() == SECOND;
                        insert(task, Dsq.LOCAL, SLICE_INF_NS, late ? Enq.PREEMPT : 0);
                    }
                };
        SimResult result = run(policy, 1, computing(10 * MS), computing(MS).startingAt(3 * MS));
        assertEquals(List.of(FIRST, SECOND, FIRST), order(result));
        assertEquals(3 * MS, result.schedule().runs().get(1).fromNs());
    }

    @Test
    void kickIdleLeavesABusyCpuAloneAndKickPreemptDoesNot() {
        for (long flags : new long[] {Kick.IDLE, 0, Kick.PREEMPT}) {
            var policy =
                    new Policy() {
                        @Override
                        public void enqueue(Task task, long enqFlags) {
                            insert(task, Dsq.GLOBAL, SLICE_INF_NS, enqFlags);
                            kick(0, flags);
                        }
                    };
            SimResult result = run(policy, 1, computing(10 * MS), computing(MS).startingAt(3 * MS));
            // kick_one_cpu(): only SCX_KICK_PREEMPT clears the slice; else prev keeps the CPU.
            List<Integer> expected =
                    flags == Kick.PREEMPT ? List.of(FIRST, SECOND, FIRST) : List.of(FIRST, SECOND);
            assertEquals(expected, order(result), "flags " + flags);
        }
    }

    @Test
    void vtimeOrdersAndEqualVtimesKeepTheirOrder() {
        // scx_dsq_priq_less() is time_before64(): right also where 64 bits wrap.
        long[] vtimes = {5, -3, 5};
        var policy =
                new Policy() {
                    @Override
                    public void init() {
                        createDsq(7);
                    }

                    @Override
                    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                        return prevCpu;
                    }

                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        long vtime = vtimes[task.pid() - FIRST];
                        insertVtime(task, 7, SLICE_INF_NS, vtime, enqFlags);
                    }
                };
        TaskSpec[] small = {computing(MS), computing(MS), computing(MS)};
        assertEquals(List.of(SECOND, FIRST, THIRD), order(run(policy, 1, small)));
    }

    @Test
    void vtimeThatWrapsIsLater() {
        var policy =
                new Policy() {
                    @Override
                    public void init() {
                        createDsq(7);
                    }

                    @Override
                    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                        return prevCpu;
                    }

                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        long vtime = task.pid() == FIRST ? Long.MIN_VALUE + 1 : Long.MAX_VALUE;
                        insertVtime(task, 7, SLICE_INF_NS, vtime, enqFlags);
                    }
                };
        assertEquals(List.of(SECOND, FIRST), order(run(policy, 1, computing(MS), computing(MS))));
    }

    @Test
    void moveToLocalPassesOverWhoMayNotRunThere() {
        // consume_dispatch_q(): the first for which task_can_run_on_remote_rq().
        var policy =
                new Policy() {
                    @Override
                    public void init() {
                        createDsq(1);
                    }

                    @Override
                    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                        return prevCpu;
                    }

                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, 1, SLICE_INF_NS, enqFlags);
                        kick(0, Kick.IDLE);
                        kick(1, Kick.IDLE);
                    }
                };
        SimResult result =
                run(policy, 2, computing(MS).onCpus(1), computing(MS).onCpus(1), computing(MS));
        for (Run run : result.schedule().runs()) {
            assertEquals(run.pid() == THIRD ? 0 : 1, run.cpu(), run.toString());
        }
    }

    @Test
    void theWatchdogEndsAPolicyThatLetsATaskStall() {
        // check_rq_for_timeouts(): SCX_EXIT_ERROR_STALL, "%s[%d] failed to run for %u.%03us".
        var told = new ArrayList<ExitInfo>();
        var policy =
                new Policy() {
                    @Override
                    public void init() {
                        createDsq(1);
                    }

                    @Override
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, 1, SLICE_DFL_NS, enqFlags);
                    }

                    @Override
                    public void dispatch(int cpu, Task prev) {}

                    @Override
                    public void exit(ExitInfo info) {
                        told.add(info);
                    }
                };
        SimResult result = run(policy, 1, computing(20_000 * MS), computing(MS));
        assertEquals(Outcome.STALLED, result.outcome());
        assertEquals(1026, told.getFirst().kind());
        assertTrue(
                told.getFirst().message().matches("task\\[2] failed to run for 5\\.\\d{3}s"),
                told.getFirst().message());
    }

    @Test
    void yieldEndsTheSlice() {
        // yield_task_scx(): p->scx.slice = 0.
        var policy = new Telling() {};
        var yielding = Program.start().run(MS).yieldCpu().run(MS).build();
        SimResult result = run(policy, 1, TaskSpec.of("task", yielding), computing(MS));
        assertEquals(List.of(FIRST, SECOND, FIRST), order(result));
    }

    @Test
    void aSenderSleepsWhileThePipeIsFullAndAReceiverWhileItIsEmpty() {
        var workload = SimWorkload.named("pipe");
        int pipe = workload.pipe(2, 0);
        workload.task(TaskSpec.of("sender", Program.start().loop(5).send(pipe).end().build()));
        workload.task(TaskSpec.of("receiver", Program.start().loop(5).receive(pipe).end().build()));
        SimResult result = run(new Telling() {}, 1, workload.build());
        assertEquals(5, result.nrMessages());
        assertEquals(List.of(FIRST, SECOND, FIRST, SECOND, FIRST, SECOND), order(result));
    }

    @Test
    void aMutexAdmitsOne() {
        var workload = SimWorkload.named("lock");
        int lock = workload.lock();
        Program program = Program.start().lock(lock).run(MS).unlock(lock).build();
        workload.task(TaskSpec.of("task", program)).task(TaskSpec.of("task", program));
        SimResult result = run(new Telling() {}, 2, workload.build());
        assertEquals(2 * MS, result.timeNs(), 20);
    }

    @Test
    void aForkedTaskStartsAndAWokenOneGoesOn() {
        var workload = SimWorkload.named("fork");
        int queue = workload.waitQueue();
        int child =
                workload.template(
                        TaskSpec.of("child", Program.start().run(MS).wake(queue, 1).build()));
        workload.task(
                TaskSpec.of("parent", Program.start().fork(child).await(queue).run(MS).build()));
        SimResult result = run(new Telling() {}, 1, workload.build());
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertEquals(2, result.tasks().size());
        assertEquals(2 * MS, result.timeNs(), 20);
    }
}
