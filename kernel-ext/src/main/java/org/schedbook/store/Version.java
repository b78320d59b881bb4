package org.schedbook.store;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One source that a policy's name has stood for: {@code NAME@NUMBER}.
 *
 * @param number from 1
 * @param origin {@code cell} if it came from a cell, else what the request was for
 * @param attempt the request that it is the answer to; empty if a person wrote it
 * @param bytecodeHash empty if it does not compile, or is refused
 */
public record Version(
        String policy,
        int number,
        Instant created,
        String origin,
        OptionalLong attempt,
        String source,
        String sourceHash,
        Optional<String> bytecodeHash) {

    /** The origin of what a person wrote, or changed. */
    public static final String CELL = "cell";

    /** Returns {@code NAME@NUMBER}. */
    public String label() {
        return policy + "@" + number;
    }
}
