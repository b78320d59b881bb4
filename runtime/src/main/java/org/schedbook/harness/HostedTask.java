package org.schedbook.harness;

import org.schedbook.policy.Task;

/**
 * A task as the world that runs the policy knows it. The fields are public since they are written
 * for each record; a policy sees a {@link Task}, and {@code PolicyCheck} no more than that.
 */
public abstract class HostedTask extends Task {

    public final int pid;

    public int tgid;
    public int cpu;
    public int weight;
    public int nrCpusAllowed;
    public long vtime;
    public long ranNs;
    public long execRuntimeNs;
    public long startNs;
    public long stopNs;

    /** The task waits for the policy's decision on the enqueue number {@link #enqCnt}. */
    public boolean held;

    public long enqCnt;
    public long sliceNs;

    protected HostedTask(int pid) {
        this.pid = pid;
    }

    @Override
    public final int pid() {
        return pid;
    }

    @Override
    public final int tgid() {
        return tgid;
    }

    @Override
    public final int cpu() {
        return cpu;
    }

    @Override
    public final int weight() {
        return weight;
    }

    @Override
    public final long vtime() {
        return vtime;
    }

    @Override
    public final long ranNs() {
        return ranNs;
    }

    @Override
    public final long execRuntimeNs() {
        return execRuntimeNs;
    }

    @Override
    public final long startNs() {
        return startNs;
    }

    @Override
    public final long stopNs() {
        return stopNs;
    }

    @Override
    public final int nrCpusAllowed() {
        return nrCpusAllowed;
    }

    /** Without the name of its program, which a policy is not to decide by. */
    @Override
    public final String toString() {
        return "task " + pid;
    }
}
