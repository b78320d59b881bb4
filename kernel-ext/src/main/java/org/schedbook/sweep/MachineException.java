package org.schedbook.sweep;

/** A unit that came to nothing for a reason that is no policy's; it may be tried again. */
final class MachineException extends Exception {

    private static final long serialVersionUID = 1L;

    MachineException(String reason) {
        super(reason);
    }
}
