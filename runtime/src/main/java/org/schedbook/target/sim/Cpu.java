package org.schedbook.target.sim;

import org.schedbook.policy.Dsq;
import org.schedbook.policy.Topology;

/** A simulated CPU, with its run queue. */
final class Cpu {

    final int id;
    final Topology.Cpu place;
    final DispatchQueue local;

    /** Who runs here; null if the CPU is idle. */
    SimTask curr;

    /** Looking for the next task: what comes into the local DSQ now needs no kick. */
    boolean inBalance;

    /** How many tasks {@code dispatch} has inserted, anywhere, in the call now running. */
    int nrDispatched;

    /** When {@link #curr} was last charged for its time. */
    long accountedAt;

    /** When {@link #curr} will have computed what it has to; it has an event then. */
    long computedAt;

    /** What callbacks on the way to the next task cost; that task pays. */
    long debtNs;

    long idleSince;

    // The longest wait, since then, of a task that could have run here.
    SimTask couldRun;
    long couldRunNs;
    String couldRunWhere;

    SimTask last;

    long busyNs;
    long nrSwitches;

    Cpu(Topology.Cpu place) {
        this.id = place.id();
        this.place = place;
        this.local = new DispatchQueue(Dsq.localOn(id));
    }
}
