package org.schedbook.store;

import java.util.OptionalDouble;

/**
 * What is written down of an answer at its end.
 *
 * @param text exactly what the model wrote
 * @param model what the endpoint calls the model
 * @param finishReason why the answer ended
 * @param tokensIn what the endpoint counted, 0 if it did not say
 * @param tokensCached how many of those it had read before
 * @param tokensOut what it counted, 0 if it did not say
 * @param costUsd empty if the price is not known
 * @param recordedOn the day of the recording, empty if the answer is live
 * @param seconds from the request to the last token
 */
public record Answer(
        String text,
        String model,
        String finishReason,
        long tokensIn,
        long tokensCached,
        long tokensOut,
        OptionalDouble costUsd,
        String recordedOn,
        double seconds) {}
