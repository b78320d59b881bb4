package org.schedbook.target.sim;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;

/**
 * A policy that runs in user space: asked by records in a ring, heard when a CPU next looks for
 * work. What the BPF side does here is what Schedbook's own does on a live kernel: a wake-up that
 * finds an idle CPU while nobody waits is dispatched at once, a full ring falls back to the global
 * DSQ, the loop goes before all others when there is work for it, and whoever inserts kicks.
 *
 * <p>The loop is a task of this machine: a round takes CPU time from the others.
 */
final class InUserSpace extends PolicyOps {

    /** Records in the ring to user space, and decisions in the one back. */
    private static final int RING = 4096;

    /** Above this, only what user space must decide on is sent. */
    private static final int EVENTS_LIMIT = RING * 3 / 4;

    private enum Record {
        ENQUEUE,
        RUNNABLE,
        RUNNING,
        STOPPING,
        QUIESCENT,
        TICK,
        EXIT_TASK
    }

    private final SimTask loop;
    private final DispatchQueue loopDsq = new DispatchQueue(SimTask.NO_DSQ);
    private final Map<Record, Boolean> listens = new EnumMap<>(Record.class);
    private final CpuMask hungry;

    /** DSQs of a policy with a {@code dispatch} of its own: they are in user space. */
    private final Map<Long, DispatchQueue> userDsqs = new HashMap<>();

    // The ring to user space.
    private final Record[] kinds = new Record[RING];
    private final SimTask[] tasks = new SimTask[RING];
    private final long[] arguments = new long[RING];
    private final long[] enqCnts = new long[RING];
    private final long[] wakeFlags = new long[RING];
    private final int[] prevCpus = new int[RING];
    private long head;
    private long tail;
    private int nrEnqueues;

    /** Where the round that is running will stop reading. */
    private long roundEnd;

    // The ring back: inserts, and kicks, which have no task.
    private final SimTask[] decided = new SimTask[RING];
    private final long[] dsqs = new long[RING];
    private final long[] slices = new long[RING];
    private final long[] flags = new long[RING];
    private final long[] decidedCnts = new long[RING];
    private long decidedHead;
    private long decidedTail;

    /** The answer to {@code select_cpu} is not here yet. */
    private int prevCpu = -1;

    private long prevWakeFlags;
    private int nrHeld;
    private long nrSchedCongested;
    private long nrCancelDispatches;
    private long nrLostEvents;
    private long nrLoopPreempts;
    private long nrRounds;

    InUserSpace(Kernel kernel, Policy policy, SimOptions options) {
        super(kernel, policy, options);
        this.loop = kernel.newLoopTask();
        this.loop.state = SimTask.State.SLEEPING;
        this.hungry = new CpuMask(kernel.cpus.length);
        listens.put(Record.ENQUEUE, true);
        listens.put(Record.RUNNABLE, overrides("runnable", Task.class, long.class));
        listens.put(Record.RUNNING, overrides("running", Task.class));
        listens.put(Record.STOPPING, overrides("stopping", Task.class, boolean.class));
        listens.put(Record.QUIESCENT, overrides("quiescent", Task.class, long.class));
        listens.put(Record.TICK, overrides("tick", Task.class));
        listens.put(Record.EXIT_TASK, overrides("exitTask", Task.class));
    }

    // ---- The BPF side ---------------------------------------------------------------------

    @Override
    public int selectCpu(SimTask task, int prev, long flags, Cpu waker) {
        if (task == loop) {
            return prev;
        }
        if (ownSelectCpu) {
            prevCpu = prev;
            prevWakeFlags = flags;
            return prev;
        }
        int cpu = kernel.pickIdle(task, prev, flags, waker);
        if (cpu < 0) {
            return prev;
        }
        if (nrHeld == 0 && !tasksWait()) {
            task.directDsq = Dsq.LOCAL;
            task.directFlags = 0;
            task.sliceNs = sliceOf(task);
            nrKernelDispatches++;
        }
        return cpu;
    }

    @Override
    public void enqueue(SimTask task, long enqFlags) {
        if (task == loop) {
            task.held = false;
            loopDsq.addLast(task);
            kickAnyIdle();
            return;
        }
        if (tail - head == RING) {
            nrSchedCongested++;
            kernel.insert(task, Dsq.GLOBAL, sliceOf(task), 0, null);
            kickIdleFor(task);
        } else {
            nrHeld++;
            nrEnqueues++;
            send(Record.ENQUEUE, task, enqFlags);
        }
        prevCpu = -1;
        wakeLoop();
    }

    private void send(Record kind, SimTask task, long argument) {
        if (!listens.get(kind) || task == loop) {
            return;
        }
        if (kind != Record.ENQUEUE && tail - head >= EVENTS_LIMIT) {
            nrLostEvents++;
            return;
        }
        int at = (int) (tail++ & RING - 1);
        kinds[at] = kind;
        tasks[at] = task;
        arguments[at] = argument;
        enqCnts[at] = task.enqCnt;
        prevCpus[at] = prevCpu;
        wakeFlags[at] = prevWakeFlags;
    }

    private boolean loopHasWork() {
        return nrEnqueues > 0 || !hungry.isEmpty() && nrHeld > 0;
    }

    private void wakeLoop() {
        if (loop.state == SimTask.State.SLEEPING) {
            kernel.wake(loop, null, Kernel.WAKE_TTWU);
        }
    }

    @Override
    public void dispatch(Cpu cpu, SimTask prev) {
        drain(cpu);
        if (loopHasWork() && letLoopIn(cpu) || move(kernel.global, cpu)) {
            return;
        }
        if (!ownDispatch) {
            for (DispatchQueue dsq : kernel.dsqs) {
                if (move(dsq, cpu)) {
                    return;
                }
            }
        }
        boolean ask = ownDispatch && nrHeld > 0;
        if (ask) {
            hungry.add(cpu.id);
            wakeLoop();
            if (letLoopIn(cpu)) {
                return;
            }
        }
        if (prev != null && prev.state == SimTask.State.RUNNING && prev != loop && !ask) {
            prev.sliceNs = sliceOf(prev);
        }
    }

    private boolean letLoopIn(Cpu cpu) {
        return kernel.moveToLocal(loopDsq, cpu);
    }

    private boolean move(DispatchQueue dsq, Cpu cpu) {
        if (!kernel.moveToLocal(dsq, cpu)) {
            return false;
        }
        // One CPU was woken for a task; should it have found several, it wakes the next.
        if (dsq.size() > 0) {
            kickAnyIdle();
        }
        return true;
    }

    /** Carries out what user space has decided. */
    private void drain(Cpu cpu) {
        while (decidedHead != decidedTail) {
            int at = (int) (decidedHead++ & RING - 1);
            SimTask task = decided[at];
            cpu.debtNs += kernel.costs.callbackNs();
            if (task == null) {
                kernel.kick((int) dsqs[at], flags[at]);
            } else if (task.enqCnt != decidedCnts[at]
                    || task.state != SimTask.State.QUEUED
                    || task.queue != null) {
                nrCancelDispatches++;
            } else {
                kernel.insert(task, dsqs[at], slices[at], flags[at], null);
                cpu.nrDispatched++;
                if (!Dsq.isLocalOn(dsqs[at])) {
                    kickIdleFor(task);
                }
            }
        }
    }

    private boolean tasksWait() {
        if (kernel.global.size() > 0) {
            return true;
        }
        for (DispatchQueue dsq : kernel.dsqs) {
            if (dsq.size() > 0) {
                return true;
            }
        }
        return false;
    }

    /** The slice that the policy gave the task last. */
    private static long sliceOf(SimTask task) {
        return task.givenSliceNs == 0 ? Policy.SLICE_DFL_NS : task.givenSliceNs;
    }

    private void kickIdleFor(SimTask task) {
        int cpu = kernel.pickIdle(task, task.cpu, 0, null);
        if (cpu >= 0) {
            kernel.kick(cpu, Kick.IDLE);
        }
    }

    private void kickAnyIdle() {
        kickIdleFor(loop);
    }

    @Override
    public void runnable(SimTask task, long enqFlags) {
        send(Record.RUNNABLE, task, enqFlags);
    }

    @Override
    public void running(SimTask task) {
        send(Record.RUNNING, task, 0);
    }

    @Override
    public void stopping(SimTask task, boolean runnable) {
        send(Record.STOPPING, task, runnable ? 1 : 0);
    }

    @Override
    public void quiescent(SimTask task, long deqFlags) {
        send(Record.QUIESCENT, task, deqFlags);
    }

    @Override
    public void exitTask(SimTask task) {
        send(Record.EXIT_TASK, task, 0);
    }

    @Override
    public void tick(SimTask task) {
        if (task != loop && loopDsq.size() > 0 && loopHasWork()) {
            nrLoopPreempts++;
            task.sliceNs = 0;
        }
        send(Record.TICK, task, 0);
    }

    // ---- The loop in user space -----------------------------------------------------------

    @Override
    public long beginRound() {
        roundEnd = tail;
        nrRounds++;
        return kernel.costs.roundNs() + (tail - head) * kernel.costs.recordNs();
    }

    @Override
    public boolean endRound() {
        readUntil(roundEnd);
        if (ownDispatch) {
            feedHungry();
        }
        return loopHasWork();
    }

    private void readUntil(long end) {
        while (head != end) {
            int at = (int) (head++ & RING - 1);
            take(kinds[at], tasks[at], at);
            tasks[at] = null;
        }
    }

    /** What is still in the ring is read first, as on a live kernel. */
    @Override
    void exit(ExitInfo info) {
        readUntil(tail);
        super.exit(info);
    }

    private void take(Record kind, SimTask task, int at) {
        long argument = arguments[at];
        switch (kind) {
            case ENQUEUE -> {
                nrEnqueues--;
                if (!task.held || task.enqCnt != enqCnts[at]) {
                    return;
                }
                if (prevCpus[at] >= 0) {
                    int cpu = callSelectCpu(task, prevCpus[at], wakeFlags[at]);
                    task.cpu = cpu;
                }
                callEnqueue(task, argument);
            }
            case RUNNABLE -> callRunnable(task, argument);
            case RUNNING -> callRunning(task);
            case STOPPING -> callStopping(task, argument != 0);
            case QUIESCENT -> callQuiescent(task, argument);
            case TICK -> callTick(task);
            case EXIT_TASK -> callExitTask(task);
        }
    }

    /** Asks for work for each CPU that has none: those that said so, and those that are idle. */
    private void feedHungry() {
        for (Cpu cpu : kernel.cpus) {
            if (nrHeld == 0) {
                break;
            }
            if (hungry.has(cpu.id) || kernel.isIdle(cpu.id)) {
                loop.debtNs += kernel.costs.recordNs();
                SimTask last = cpu.last;
                callDispatch(cpu, last == loop ? null : last);
            }
        }
        for (Cpu cpu : kernel.cpus) {
            hungry.remove(cpu.id);
        }
    }

    @Override
    void decide(SimTask task, long dsq, long sliceNs, long enqFlags) {
        boolean local = dsq == Dsq.LOCAL || Dsq.isLocalOn(dsq);
        if (ownDispatch && !local && dsq != Dsq.GLOBAL) {
            if (task.queue == null) {
                task.sliceNs = sliceNs;
                add(own(dsq), task, enqFlags);
            }
            return;
        }
        drop(task);
        task.held = false;
        task.givenSliceNs = sliceNs;
        long target = dsq;
        if (dsq == Dsq.LOCAL) {
            target = Dsq.localOn(dispatching == null ? task.cpu : dispatching.id);
        }
        publish(task, target, sliceNs, enqFlags);
    }

    private static void add(DispatchQueue dsq, SimTask task, long enqFlags) {
        if ((enqFlags & Kernel.ENQ_DSQ_PRIQ) != 0) {
            dsq.addByVtime(task);
        } else if (enqFlags != 0) {
            dsq.addFirst(task);
        } else {
            dsq.addLast(task);
        }
    }

    private void publish(SimTask task, long dsq, long sliceNs, long enqFlags) {
        if (decidedTail - decidedHead == RING) {
            // The live loop gives up its CPU here, which then drains.
            drain(kernel.cpus[loop.cpu]);
        }
        int at = (int) (decidedTail++ & RING - 1);
        decided[at] = task;
        dsqs[at] = dsq;
        slices[at] = sliceNs;
        flags[at] = enqFlags;
        decidedCnts[at] = task == null ? 0 : task.enqCnt;
    }

    @Override
    void drop(SimTask task) {
        nrHeld--;
        if (task.queue != null) {
            task.queue.remove(task);
        }
    }

    @Override
    DispatchQueue own(long dsq) {
        DispatchQueue inKernel = kernel.dsq(dsq);
        if (!ownDispatch || inKernel == null) {
            return inKernel;
        }
        return userDsqs.computeIfAbsent(dsq, DispatchQueue::new);
    }

    @Override
    boolean moveToLocal(DispatchQueue queue) {
        if (dispatching == null) {
            return false;
        }
        SimTask task = queue.firstFor(dispatching.id);
        if (task == null) {
            return false;
        }
        nrUserDispatches++;
        decide(task, Dsq.LOCAL, task.sliceNs, 0);
        return true;
    }

    @Override
    void decideKick(int cpu, long kickFlags) {
        publish(null, cpu, 0, kickFlags);
    }

    @Override
    Map<String, Long> counters() {
        Map<String, Long> counters = super.counters();
        counters.put("nr_cancel_dispatches", nrCancelDispatches);
        counters.put("nr_sched_congested", nrSchedCongested);
        counters.put("nr_lost_events", nrLostEvents);
        counters.put("nr_loop_preempts", nrLoopPreempts);
        counters.put("nr_rounds", nrRounds);
        counters.put("loop_run_ns", loop.runNs);
        return counters;
    }
}
