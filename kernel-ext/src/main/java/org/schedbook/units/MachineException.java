package org.schedbook.units;

/** A unit that came to nothing for a reason that is no policy's; it may be tried again. */
public final class MachineException extends Exception {

    private static final long serialVersionUID = 1L;

    public MachineException(String reason) {
        super(reason);
    }
}
