package org.schedbook.prompt;

import java.nio.charset.StandardCharsets;

/** Answers of models: the source is found in any text, or is not. */
public final class AnswerFuzz {

    public static void fuzzerTestOneInput(byte[] bytes) {
        SourceExtractor.extract(new String(bytes, StandardCharsets.UTF_8));
    }

    private AnswerFuzz() {}
}
