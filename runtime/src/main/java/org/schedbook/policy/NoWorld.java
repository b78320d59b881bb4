package org.schedbook.policy;

/** What stands behind the verbs of a policy that runs nowhere yet: one that is being made. */
final class NoWorld implements Scx {

    static final Scx INSTANCE = new NoWorld();

    private NoWorld() {}

    private static PolicyException tooEarly(String verb) {
        return new PolicyException(
                "%s is not possible in a constructor or initializer, as there is no kernel yet; use init()."
                        .formatted(verb));
    }

    @Override
    public void createDsq(long dsq) {
        throw tooEarly("createDsq");
    }

    @Override
    public void insert(Task task, long dsq, long sliceNs, long enqFlags) {
        throw tooEarly("insert");
    }

    @Override
    public void insertVtime(Task task, long dsq, long sliceNs, long vtime, long enqFlags) {
        throw tooEarly("insertVtime");
    }

    @Override
    public boolean moveToLocal(long dsq) {
        throw tooEarly("moveToLocal");
    }

    @Override
    public void dispatchDefault() {
        throw tooEarly("dispatch");
    }

    @Override
    public int nrQueued(long dsq) {
        throw tooEarly("nrQueued");
    }

    @Override
    public void kick(int cpu, long kickFlags) {
        throw tooEarly("kick");
    }

    @Override
    public boolean isIdle(int cpu) {
        throw tooEarly("isIdle");
    }

    @Override
    public int pickIdleCpu(Task task) {
        throw tooEarly("pickIdleCpu");
    }

    @Override
    public Topology topology() {
        throw tooEarly("topology");
    }

    @Override
    public long nowNs() {
        throw tooEarly("nowNs");
    }
}
