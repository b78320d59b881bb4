package org.schedbook.policy;

/**
 * The world a policy runs in: what stands behind the verbs of {@link Policy}. A policy never sees
 * this interface; whatever runs policies implements it. The meaning of each method is that of its
 * namesake in {@code Policy}.
 */
public interface Scx {

    /** Gives a policy the world that its verbs speak to. To be called before {@code init}. */
    static void bind(Policy policy, Scx scx) {
        policy.bind(scx);
    }

    void createDsq(long dsq);

    void insert(Task task, long dsq, long sliceNs, long enqFlags);

    void insertVtime(Task task, long dsq, long sliceNs, long vtime, long enqFlags);

    boolean moveToLocal(long dsq);

    /** What {@code dispatch} does unless overridden: moves from the first DSQ that has a task. */
    void dispatchDefault();

    int nrQueued(long dsq);

    void kick(int cpu, long kickFlags);

    boolean isIdle(int cpu);

    int pickIdleCpu(Task task);

    Topology topology();

    long nowNs();
}
