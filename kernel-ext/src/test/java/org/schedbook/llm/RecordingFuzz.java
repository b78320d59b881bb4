package org.schedbook.llm;

import java.io.IOException;
import java.util.Objects;

/** The file of a recorded answer, as it comes with somebody's notebook. */
public final class RecordingFuzz {

    public static void fuzzerTestOneInput(byte[] file) {
        try {
            Completion answer = Recordings.parse(file);
            Objects.requireNonNull(answer.text());
            if (!answer.isRecorded() || answer.endedEarly() && answer.finishReason().isBlank()) {
                throw new AssertionError("a recording that does not look like one");
            }
        } catch (IOException e) {
            // as it should be
        }
    }

    private RecordingFuzz() {}
}
