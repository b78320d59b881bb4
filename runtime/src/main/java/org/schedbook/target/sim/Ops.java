package org.schedbook.target.sim;

/**
 * What the simulated kernel asks a scheduler: {@code struct sched_ext_ops}. One implementation has
 * the policy answer on the spot, the other through rings.
 */
interface Ops {

    /** Chooses a CPU, and may call {@link Kernel#insert} for the task. */
    int selectCpu(SimTask task, int prevCpu, long wakeFlags, Cpu waker);

    void enqueue(SimTask task, long enqFlags);

    void dispatch(Cpu cpu, SimTask prev);

    void runnable(SimTask task, long enqFlags);

    void running(SimTask task);

    void stopping(SimTask task, boolean runnable);

    void quiescent(SimTask task, long deqFlags);

    void tick(SimTask task);

    void exitTask(SimTask task);

    /** Every half a second of simulated time, or more often, while tasks wait. */
    void keepHouse();

    /** What a round of the user-space loop that begins now will cost. */
    long beginRound();

    /** Ends a round of the user-space loop; returns whether there is more to do. */
    boolean endRound();
}
