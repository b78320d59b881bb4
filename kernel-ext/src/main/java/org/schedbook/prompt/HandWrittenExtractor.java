package org.schedbook.prompt;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the policy in C in a model's answer: the last block that has a callback, or all of it. */
final class HandWrittenExtractor {

    private static final Pattern CALLBACK =
            Pattern.compile("\\b(?:enqueue|dispatch|selectCpu)\\s*\\(\\s*SB\\b");

    /**
     * @return empty if the answer has none
     */
    static Optional<String> extract(String answer) {
        String text = SourceExtractor.said(answer.replace("\r\n", "\n").replace('\r', '\n'));
        List<AnswerBlock> blocks = AnswerBlock.of(text);
        for (AnswerBlock block : blocks.reversed()) {
            if (isPolicy(block.text())) {
                return Optional.of(block.text().strip() + "\n");
            }
        }
        return blocks.isEmpty() && isPolicy(text)
                ? Optional.of(text.strip() + "\n")
                : Optional.empty();
    }

    private static boolean isPolicy(String text) {
        return CALLBACK.matcher(text).find();
    }

    private HandWrittenExtractor() {}
}
