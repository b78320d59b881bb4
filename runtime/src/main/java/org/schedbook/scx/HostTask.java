package org.schedbook.scx;

import org.schedbook.policy.Task;

/** A task as its latest record described it, and what the loop knows of it. */
final class HostTask extends Task {

    final int pid;
    final long id;

    int tgid;
    int cpu;
    int weight;
    int nrCpusAllowed;
    long cpusAllowed;
    long vtime;
    long ranNs;
    long execRuntimeNs;
    long startNs;
    long stopNs;

    /** The task waits for the policy's decision on the enqueue number {@link #enqCnt}. */
    boolean held;

    long enqCnt;
    long heldSinceNs;

    /** The policy's DSQ in user space that the task is in, or null; the rest is its affair. */
    PolicyDsq dsq;

    int dsqIndex;
    long dsqVtime;
    long dsqSeq;
    long sliceNs;

    HostTask(int pid, long id) {
        this.pid = pid;
        this.id = id;
    }

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public int tgid() {
        return tgid;
    }

    @Override
    public int cpu() {
        return cpu;
    }

    @Override
    public int weight() {
        return weight;
    }

    @Override
    public long vtime() {
        return vtime;
    }

    @Override
    public long ranNs() {
        return ranNs;
    }

    @Override
    public long execRuntimeNs() {
        return execRuntimeNs;
    }

    @Override
    public long startNs() {
        return startNs;
    }

    @Override
    public long stopNs() {
        return stopNs;
    }

    @Override
    public int nrCpusAllowed() {
        return nrCpusAllowed;
    }

    @Override
    public boolean canRunOn(int cpu) {
        return cpu >= 0 && cpu < Long.SIZE && (cpusAllowed >>> cpu & 1) != 0;
    }

    @Override
    public String toString() {
        return "task " + pid;
    }
}
