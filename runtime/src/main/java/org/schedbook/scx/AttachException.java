package org.schedbook.scx;

/** A policy could not be attached; says what happened and what to try next. */
public final class AttachException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String nextStep;
    private final String log;
    private final boolean restart;

    private AttachException(
            String message, String nextStep, String log, Throwable cause, boolean restart) {
        super(message, cause);
        this.nextStep = nextStep;
        this.log = log;
        this.restart = restart;
    }

    AttachException(String message, String nextStep, String log, Throwable cause) {
        this(message, nextStep, log, cause, false);
    }

    AttachException(String message, String nextStep) {
        this(message, nextStep, "", null);
    }

    /** Returns what tells that the kernel asks for another attempt. */
    static AttachException restart(String message) {
        return new AttachException(
                message, "Run the cell again when no CPU comes or goes.", "", null, true);
    }

    /** Returns what a person can do now, one sentence. */
    public String nextStep() {
        return nextStep;
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
