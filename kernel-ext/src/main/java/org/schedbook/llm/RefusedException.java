package org.schedbook.llm;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A server that answered with another status than that of success. */
final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String body;
    private final transient Optional<Duration> retryAfter;

    /**
     * @param body what it said, not all of it if that is long
     * @param retryAfter how long it wants to be left alone, empty if it does not say
     */
    RefusedException(int status, String body, Optional<Duration> retryAfter) {
        super("status " + status);
        this.status = status;
        this.body = body;
        this.retryAfter = retryAfter;
    }

    int status() {
        return status;
    }

    String body() {
        return body;
    }

    /**
     * Returns how long the server wants to be left alone; empty if it does not say, or nonsense.
     */
    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
