package org.schedbook.scx;

/** A policy could not be attached; the message says what happened and what to try next. */
public final class AttachException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String log;
    private final boolean restart;

    private AttachException(String message, String log, Throwable cause, boolean restart) {
        super(message, cause);
        this.log = log;
        this.restart = restart;
    }

    AttachException(String message, String log, Throwable cause) {
        this(message, log, cause, false);
    }

    AttachException(String message) {
        this(message, "", null);
    }

    /** Returns what tells that the kernel asks for another attempt. */
    static AttachException restart(String message) {
        return new AttachException(message, "", null, true);
    }

    /** Returns libbpf's words with the kernel verifier's log, empty if there are none. */
    public String log() {
        return log;
    }

    /**
     * Returns whether nothing is wrong with the policy, and the kernel asks for the same to be
     * attached anew: a CPU came or went in the meantime.
     */
    public boolean asksForRestart() {
        return restart;
    }
}
