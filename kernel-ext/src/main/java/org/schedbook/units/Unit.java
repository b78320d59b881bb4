package org.schedbook.units;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * What one worker does at a time: a description of all that its result depends on, and not of where
 * it is done.
 */
public interface Unit {

    /** Returns its canonical form: the same unit is the same text. */
    default String json() {
        return UnitJson.canonical(this);
    }

    /**
     * Reads what {@link #json} returned.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static <U extends Unit> U read(String json, Class<U> type) {
        return UnitJson.read(json, type);
    }

    /** Returns SHA-256 of the canonical form, in hex. */
    default String key() {
        return key(json());
    }

    /** Returns after how long it is no policy that keeps a worker from its end. */
    Duration limit();

    static String key(String json) {
        return HexFormat.of().formatHex(sha256().digest(json.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
