package org.schedbook.policy;

import java.util.function.Supplier;

/**
 * A CPU scheduling policy.
 *
 * <p>The kernel asks through callbacks; the policy answers with verbs. A task that becomes runnable
 * arrives in {@link #enqueue}. There the policy either puts it into a dispatch queue (DSQ) at once,
 * or keeps it in fields of its own and hands it out in {@link #dispatch}, which is called when a
 * CPU has run out of work. A CPU runs the tasks of its local DSQ; it refills that from {@link
 * Dsq#GLOBAL}, then by asking {@code dispatch}.
 *
 * <p>All callbacks run one at a time on one thread, so a policy needs no locks. A policy can not
 * lose a task: one that it forgets, throws on, or sends to a CPU it may not use is dispatched with
 * defaults, counted and reported.
 */
public abstract class Policy {

    /** The default time slice, 20 ms in nanoseconds: {@code SCX_SLICE_DFL}. */
    public static final long SLICE_DFL_NS = 20_000_000;

    /** No time limit: the task runs until it blocks or is preempted, {@code SCX_SLICE_INF}. */
    public static final long SLICE_INF_NS = -1;

    private Scx scx = NoWorld.INSTANCE;
    private int nrStorages;

    // ---- Callbacks ------------------------------------------------------------------------

    /** Called once before any task arrives. Create DSQs here. */
    public void init() {}

    /**
     * Chooses a CPU for a task that wakes up, before {@link #enqueue}. Not called for a task that
     * is enqueued again because its slice ran out, nor for one that may use a single CPU.
     *
     * <p>A policy that does not override this gets the kernel's own choice: an idle CPU where there
     * is one, on which the task then starts at once without being enqueued.
     *
     * @param prevCpu the CPU the task ran on last
     * @param wakeFlags the kernel's {@code SCX_WAKE_*} flags
     * @return the CPU that {@link Dsq#LOCAL} means in the following {@code enqueue}; {@code
     *     prevCpu} when in doubt
     */
    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
        return prevCpu;
    }

    /**
     * Takes a runnable task: it woke up, was created, or used up its slice. Insert it into a DSQ,
     * or keep it and insert it from {@link #dispatch}.
     *
     * @param enqFlags the kernel's {@link Enq} flags; pass them on to {@code insert}
     */
    public abstract void enqueue(Task task, long enqFlags);

    /**
     * Finds work for a CPU whose local DSQ and {@link Dsq#GLOBAL} are empty. Hand out a kept task
     * with {@code insert(task, Dsq.LOCAL, ...)}, or take one from a DSQ with {@link #moveToLocal}.
     * Doing nothing leaves the CPU to the task it ran last, or idle.
     *
     * <p>A policy that does not override this takes from the DSQs it created, in the order it
     * created them.
     *
     * @param prev the task the CPU ran last, or null if it was idle or unknown
     */
    public void dispatch(int cpu, Task prev) {
        scx.dispatchDefault();
    }

    /**
     * Told that a task the policy holds is no longer runnable or is about to be enqueued again; the
     * policy should drop it. Dropping it late is harmless: a stale insert is cancelled and counted.
     */
    public void dequeue(Task task, long deqFlags) {}

    /** Told that a task became runnable, before {@link #enqueue}. */
    public void runnable(Task task, long enqFlags) {}

    /** Told that a task starts to run on {@link Task#cpu()}. */
    public void running(Task task) {}

    /**
     * Told that a task stops running.
     *
     * @param runnable true if it still wants the CPU, false if it goes to sleep
     */
    public void stopping(Task task, boolean runnable) {}

    /** Told that a task is no longer runnable: it sleeps. */
    public void quiescent(Task task, long deqFlags) {}

    /** Told that a task ends. Its {@link TaskStorage} goes with it. */
    public void exitTask(Task task) {}

    /** Called every {@code 1/HZ} seconds for a task that is running. */
    public void tick(Task task) {}

    /** Called last, with the reason why the policy is detached. */
    public void exit(ExitInfo info) {}

    // ---- Verbs ----------------------------------------------------------------------------

    /**
     * Creates a DSQ of the policy's own. Only in {@link #init}.
     *
     * @param dsq any number from 0 to 2^31 - 1
     * @throws PolicyException outside {@code init}, or if the number is taken or out of range
     */
    protected final void createDsq(long dsq) {
        scx.createDsq(dsq);
    }

    /**
     * Puts a task at the end of a DSQ (at its head with {@link Enq#HEAD}): {@code
     * scx_bpf_dsq_insert}.
     *
     * @param dsq {@link Dsq#LOCAL}, {@link Dsq#GLOBAL}, {@link Dsq#localOn} or one of the policy's
     *     own
     * @param sliceNs how long the task may run, more than 0; its turn ends at the first tick after
     *     that, so 3 ms are 4 ms where a tick comes every 4 ms (250 Hz)
     */
    protected final void insert(Task task, long dsq, long sliceNs, long enqFlags) {
        scx.insert(task, dsq, sliceNs, enqFlags);
    }

    /**
     * Puts a task into a DSQ of the policy's own, ordered by vtime, smallest first: {@code
     * scx_bpf_dsq_insert_vtime}. One DSQ is used either with vtime or without, never both.
     *
     * @param vtime the sort key; compared as {@link #vtimeBefore} does; becomes {@link
     *     Task#vtime()}
     */
    protected final void insertVtime(Task task, long dsq, long sliceNs, long vtime, long enqFlags) {
        scx.insertVtime(task, dsq, sliceNs, vtime, enqFlags);
    }

    /**
     * Moves the first task that may use this CPU from a DSQ of the policy's own to the CPU's local
     * DSQ. Only in {@link #dispatch}: {@code scx_bpf_dsq_move_to_local}.
     *
     * @return whether there was one
     */
    protected final boolean moveToLocal(long dsq) {
        return scx.moveToLocal(dsq);
    }

    /** Returns how many tasks wait in a DSQ of the policy's own: {@code scx_bpf_dsq_nr_queued}. */
    protected final int nrQueued(long dsq) {
        return scx.nrQueued(dsq);
    }

    /** Wakes a CPU so that it looks for work: {@code scx_bpf_kick_cpu}. */
    protected final void kick(int cpu, long kickFlags) {
        scx.kick(cpu, kickFlags);
    }

    /** Returns whether a CPU is idle at this moment. */
    protected final boolean isIdle(int cpu) {
        return scx.isIdle(cpu);
    }

    /** Returns an idle CPU the task may use, its last one if that is idle, or -1. */
    protected final int pickIdleCpu(Task task) {
        return scx.pickIdleCpu(task);
    }

    /** Returns the machine's CPUs, cores, caches and nodes. */
    protected final Topology topology() {
        return scx.topology();
    }

    /** Returns the time in nanoseconds, on the clock of {@link Task#startNs()}. */
    protected final long nowNs() {
        return scx.nowNs();
    }

    /**
     * Returns a place for per-task state, created at first use and gone with the task.
     *
     * @param initial makes the state of a task seen for the first time
     */
    protected final <S> TaskStorage<S> taskStorage(Supplier<S> initial) {
        return new TaskStorage<>(nrStorages++, initial);
    }

    /** Returns whether vtime a lies before b, right also when the 64 bits wrap. */
    protected static boolean vtimeBefore(long a, long b) {
        return a - b < 0;
    }

    final void bind(Scx scx) {
        this.scx = scx;
    }
}
