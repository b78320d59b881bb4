package org.schedbook.store;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A request as it is found in the store: how far it came before it, or the process, ended.
 *
 * @param answer as much of the answer as arrived, empty if nothing did
 * @param error why the answer is not complete; empty also if the process was killed
 */
public record StoredRequest(
        long id,
        long run,
        Instant started,
        String policy,
        String purpose,
        int repair,
        String base,
        String words,
        String promptHash,
        String endpoint,
        String askedModel,
        String parameters,
        String request,
        String answer,
        Optional<String> model,
        Optional<String> finishReason,
        long tokensIn,
        long tokensCached,
        long tokensOut,
        OptionalDouble costUsd,
        Optional<String> recordedOn,
        double seconds,
        Optional<String> error,
        Optional<String> passed,
        Optional<String> failed,
        Optional<String> feedback,
        Optional<String> source,
        Optional<String> sourceHash) {

    /** Returns whether the model's answer came to its end. */
    public boolean isAnswered() {
        return finishReason.isPresent();
    }
}
