package org.schedbook.units;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What has units done. It is told only of what is missing; what becomes of that stands in the
 * directory.
 */
interface Engine extends AutoCloseable {

    /** Has units done, those excepted that it is at already. */
    void give(List<String> keys) throws IOException;

    /**
     * Waits for units to come to an end, each with a result or with one more note of a failure.
     *
     * @param longest how long it waits if none does
     * @return their keys; empty if none has
     */
    List<String> ended(Duration longest) throws IOException, InterruptedException;

    /** Returns the units that are being measured. */
    Set<String> running();

    /** Returns how often units have been begun, or given to another to begin. */
    int attempts();

    /** Returns what else there is to say of it, in a sentence; empty if there is nothing. */
    default String note() {
        return "";
    }

    /** Returns whether somebody has ended the work from outside. */
    default boolean isCancelled() {
        return false;
    }

    /** Ends what it has begun. */
    void cancel() throws IOException, InterruptedException;

    /** Ends what cannot go on without this process. */
    @Override
    void close();
}
