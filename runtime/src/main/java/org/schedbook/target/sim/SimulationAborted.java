package org.schedbook.target.sim;

/** Unwinds a simulation that is to end now; an Error, so that policies do not catch it. */
final class SimulationAborted extends Error {

    private static final long serialVersionUID = 1L;

    SimulationAborted() {
        super("the simulation is to end", null, false, false);
    }
}
