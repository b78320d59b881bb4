package org.schedbook.libbpf;

import java.io.IOException;

/** libbpf or the kernel refused; the message says what was tried and what came back. */
public final class BpfException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int errno;
    private final String log;

    BpfException(String message, int errno, String log) {
        this(message, errno, log, null);
    }

    BpfException(String message, int errno, String log, Throwable cause) {
        super(message, cause);
        this.errno = errno;
        this.log = log;
    }

    /** Returns the error number, 0 if there was none. */
    public int errno() {
        return errno;
    }

    /** Returns libbpf's words; with a program that was rejected, the kernel verifier's log. */
    public String log() {
        return log;
    }
}
