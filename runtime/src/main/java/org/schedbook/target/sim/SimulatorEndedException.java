package org.schedbook.target.sim;

import org.schedbook.target.TargetException;

/** The process of simulations has ended, twice, for a reason that is no policy's. */
public final class SimulatorEndedException extends TargetException {

    private static final long serialVersionUID = 1L;

    SimulatorEndedException(String names, String why) {
        super(
                "The simulator's process ended under %s: %s.".formatted(names, why),
                "Run the cell again; a new process is there for it.",
                "");
    }
}
