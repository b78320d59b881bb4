package org.schedbook.target.sim;

import java.util.Map;
import org.schedbook.harness.Callback;
import org.schedbook.harness.HostedTask;
import org.schedbook.harness.OwnDsq;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;

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

    private final SimTask loop;
    private final DispatchQueue loopDsq = new DispatchQueue(SimTask.NO_DSQ);
    private final CpuMask hungry;

    /** CPUs that pickIdleCpu gave out in this round. */
    private CpuMask picked;

    // The ring to user space.
    private final Callback[] kinds = new Callback[RING];
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
        this.picked = new CpuMask(kernel.cpus.length);
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
            nrEnqueued++;
            send(Callback.ENQUEUE, task, enqFlags);
        }
        prevCpu = -1;
        wakeLoop();
    }

    private void send(Callback kind, SimTask task, long argument) {
        if (task == loop || kind != Callback.ENQUEUE && !overrides(kind)) {
            return;
        }
        if (kind != Callback.ENQUEUE && tail - head >= EVENTS_LIMIT) {
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
                kernel.insert(task, bounce(task, dsqs[at]), slices[at], flags[at], null);
                cpu.nrDispatched++;
                if (!Dsq.isLocalOn(dsqs[at])) {
                    kickIdleFor(task);
                }
            }
        }
    }

    /** Returns where a task goes that was sent there. */
    private long bounce(SimTask task, long dsq) {
        if (Dsq.isLocalOn(dsq) && !task.canRunOn(Dsq.cpuOf(dsq))) {
            nrBounceDispatches++;
            return Dsq.localOn(task.cpu);
        }
        nrUserDispatches++;
        return dsq;
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
        send(Callback.RUNNABLE, task, enqFlags);
    }

    @Override
    public void running(SimTask task) {
        send(Callback.RUNNING, task, 0);
    }

    @Override
    public void stopping(SimTask task, boolean runnable) {
        send(Callback.STOPPING, task, runnable ? 1 : 0);
    }

    @Override
    public void quiescent(SimTask task, long deqFlags) {
        send(Callback.QUIESCENT, task, deqFlags);
    }

    @Override
    public void exitTask(SimTask task) {
        send(Callback.EXIT_TASK, task, 0);
    }

    @Override
    public void tick(SimTask task) {
        if (task != loop && loopDsq.size() > 0 && loopHasWork()) {
            nrLoopPreempts++;
            task.sliceNs = 0;
        }
        send(Callback.TICK, task, 0);
    }

    // ---- The loop in user space -----------------------------------------------------------

    @Override
    public long beginRound() {
        if (!picked.isEmpty()) {
            picked = new CpuMask(kernel.cpus.length);
        }
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
    public void exit(ExitInfo info) {
        readUntil(tail);
        super.exit(info);
    }

    private void take(Callback kind, SimTask task, int at) {
        long argument = arguments[at];
        switch (kind) {
            case ENQUEUE -> {
                nrEnqueues--;
                if (!task.held || task.enqCnt != enqCnts[at]) {
                    return;
                }
                if (prevCpus[at] >= 0) {
                    task.cpu = prevCpus[at];
                    callSelectCpu(task, wakeFlags[at]);
                }
                if (task.held && task.queue == null) {
                    callEnqueue(task, argument);
                }
                task.ranNs = 0;
            }
            default -> call(kind, task, argument);
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
                callDispatch(cpu.id, last == loop ? null : last);
            }
        }
        for (Cpu cpu : kernel.cpus) {
            hungry.remove(cpu.id);
        }
    }

    @Override
    protected OwnDsq newDsq(long id, int index) {
        return ownDispatch ? new DispatchQueue(id, index) : kernel.createDsq(id, index);
    }

    @Override
    protected void insertBuiltIn(HostedTask task, long dsq, long sliceNs, long flags) {
        long target = dsq == Dsq.LOCAL ? Dsq.localOn(localCpu(task)) : dsq;
        decide((SimTask) task, target, sliceNs, flags);
    }

    /** Where it goes instead is found out in the kernel. */
    @Override
    protected void bounce(HostedTask task, int cpu, long sliceNs, long flags) {
        decide((SimTask) task, Dsq.localOn(cpu), sliceNs, flags);
    }

    @Override
    protected void insertFifo(HostedTask hosted, OwnDsq dsq, long sliceNs, long flags) {
        SimTask task = (SimTask) hosted;
        if (!ownDispatch) {
            decide(task, dsq.id, sliceNs, flags);
            return;
        }
        task.sliceNs = sliceNs;
        if (flags != 0) {
            ((DispatchQueue) dsq).addFirst(task);
        } else {
            ((DispatchQueue) dsq).addLast(task);
        }
    }

    @Override
    protected void insertByVtime(HostedTask hosted, OwnDsq dsq, long sliceNs, long vtime) {
        SimTask task = (SimTask) hosted;
        if (!ownDispatch) {
            decide(task, dsq.id, sliceNs, Kernel.ENQ_DSQ_PRIQ);
            return;
        }
        task.sliceNs = sliceNs;
        ((DispatchQueue) dsq).addByVtime(task);
    }

    private void decide(SimTask task, long dsq, long sliceNs, long flags) {
        drop(task);
        task.held = false;
        task.givenSliceNs = sliceNs;
        publish(task, dsq, sliceNs, flags);
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
    protected boolean move(OwnDsq dsq, int cpu) {
        SimTask task = ((DispatchQueue) dsq).firstFor(cpu);
        if (task == null) {
            return false;
        }
        decide(task, Dsq.localOn(cpu), task.sliceNs, 0);
        return true;
    }

    /** Only in this round it is given to nobody else: the kernel does not hear of it. */
    @Override
    protected int pickIdle(HostedTask task) {
        for (int i = -1; i < kernel.cpus.length; i++) {
            int cpu = i < 0 ? task.cpu : i;
            if (kernel.isIdle(cpu) && task.canRunOn(cpu) && !picked.has(cpu)) {
                picked.add(cpu);
                return cpu;
            }
        }
        return -1;
    }

    @Override
    protected void kickCpu(int cpu, long flags) {
        publish(null, cpu, 0, flags);
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
