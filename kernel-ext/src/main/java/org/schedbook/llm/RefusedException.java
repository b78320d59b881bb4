package org.schedbook.llm;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** A server that answered with another status than that of success. */
final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String body;
    private final String retryAfter;

    /**
     * @param body what it said, not all of it if that is long
     * @param retryAfter the header of that name, empty if there is none
     */
    RefusedException(int status, String body, String retryAfter) {
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
        return retryAfter(retryAfter, Instant.now());
    }

    static Optional<Duration> retryAfter(String header, Instant now) {
        Duration wait;
        try {
            wait = Duration.ofMillis(Math.round(Double.parseDouble(header.strip()) * 1000));
        } catch (NumberFormatException e) {
            try {
                wait =
                        Duration.between(
                                now,
                                ZonedDateTime.parse(
                                        header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME));
            } catch (DateTimeException f) {
                return Optional.empty();
            }
        }
        return wait.isPositive() ? Optional.of(wait) : Optional.empty();
    }
}
