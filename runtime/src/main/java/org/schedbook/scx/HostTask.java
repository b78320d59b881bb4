package org.schedbook.scx;

import org.schedbook.harness.HostedTask;

/** A task as its latest record described it, and what the loop knows of it. */
final class HostTask extends HostedTask {

    final long id;

    long cpusAllowed;

    /** When the record was written that asks for the decision. */
    long heldSinceNs;

    /** The policy's DSQ in user space that the task is in, or null; the rest is its affair. */
    PolicyDsq dsq;

    int dsqIndex;
    long dsqVtime;
    long dsqSeq;

    HostTask(int pid, long id) {
        super(pid);
        this.id = id;
    }

    @Override
    public boolean canRunOn(int cpu) {
        return cpu >= 0 && cpu < Long.SIZE && (cpusAllowed >>> cpu & 1) != 0;
    }
}
