package org.schedbook.llm;

/**
 * What a model answered.
 *
 * @param text exactly what it wrote
 * @param model what the endpoint calls the model, or the recording did
 * @param finishReason {@code stop}, or why the text ends early, such as {@code length}; empty if
 *     the endpoint did not say
 * @param promptTokens what the endpoint counted, 0 if it did not say
 * @param cachedTokens how many of them the endpoint had read before
 * @param completionTokens what the endpoint counted, 0 if it did not say
 * @param recordedOn the date of the recording, such as {@code 2026-11-22}; empty if the answer is
 *     live
 * @param thoughts the characters of what the model thought before, as far as the endpoint shows it
 */
public record Completion(
        String text,
        String model,
        String finishReason,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        String recordedOn,
        long thoughts) {

    /** Makes an answer of which no thoughts are known. */
    public Completion(
            String text,
            String model,
            String finishReason,
            long promptTokens,
            long cachedTokens,
            long completionTokens,
            String recordedOn) {
        this(
                text,
                model,
                finishReason,
                promptTokens,
                cachedTokens,
                completionTokens,
                recordedOn,
                0);
    }

    /** Returns whether the endpoint says that the text is not all of the answer. */
    public boolean endedEarly() {
        return !finishReason.isEmpty() && !finishReason.equals("stop");
    }

    /** Returns whether the endpoint said how many tokens it read and wrote. */
    public boolean isCounted() {
        return promptTokens > 0 && completionTokens > 0;
    }

    /** Returns whether this is the answer of an earlier day, played back. */
    public boolean isRecorded() {
        return !recordedOn.isEmpty();
    }
}
