package org.schedbook.target.sim;

import java.util.Optional;
import org.schedbook.target.Load;

/** Something to run that may have a model for the simulator. */
public interface Modelled extends Load {

    /** Returns what the simulator does in its place; empty if it cannot be simulated. */
    default Optional<SimModel> model() {
        return Optional.empty();
    }
}
