package org.schedbook.policy;

/**
 * A task: a thread, as the kernel calls it. One object stands for the same task from its first
 * callback to {@link Policy#exitTask}, so it may be kept, compared with {@code ==} and used as a
 * key. The values are those of the latest callback.
 */
public abstract class Task {

    /** State of {@link TaskStorage}, indexed by storage; grows when a storage is first used. */
    Object[] storage = {};

    /** Returns the kernel's number of this thread. */
    public abstract int pid();

    /** Returns the number of the process that the thread belongs to. */
    public abstract int tgid();

    /**
     * Returns the CPU the task runs on or ran on last; in {@code enqueue} the CPU chosen by {@code
     * selectCpu}.
     */
    public abstract int cpu();

    /** Returns the scheduling weight, 1 to 10000; 100 is nice 0. */
    public abstract int weight();

    /** Returns the vtime of the last {@code insertVtime} of this task, 0 for a new task. */
    public abstract long vtime();

    /** Returns the CPU time in nanoseconds used since the task was last enqueued. */
    public abstract long ranNs();

    /** Returns the CPU time in nanoseconds used since the task last woke up. */
    public abstract long execRuntimeNs();

    /** Returns when the task last got a CPU, 0 if never. Nanoseconds, see {@code Policy.nowNs}. */
    public abstract long startNs();

    /** Returns when the task last left a CPU, 0 if never. Nanoseconds, see {@code Policy.nowNs}. */
    public abstract long stopNs();

    /** Returns how many CPUs the task may use. */
    public abstract int nrCpusAllowed();

    /** Returns whether the task may use a CPU. */
    public abstract boolean canRunOn(int cpu);
}
