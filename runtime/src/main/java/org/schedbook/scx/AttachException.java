package org.schedbook.scx;

/** A policy could not be attached; the message says what happened and what to try next. */
public final class AttachException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String log;

    AttachException(String message, String log, Throwable cause) {
        super(message, cause);
        this.log = log;
    }

    AttachException(String message) {
        this(message, "", null);
    }

    /** Returns libbpf's words with the kernel verifier's log, empty if there are none. */
    public String log() {
        return log;
    }
}
