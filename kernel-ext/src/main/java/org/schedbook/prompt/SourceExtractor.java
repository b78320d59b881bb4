package org.schedbook.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the policy in a model's answer, whatever the model has written around it. */
public final class SourceExtractor {

    /** A fenced block; the end may be missing if the answer was cut off. */
    private static final Pattern FENCED =
            Pattern.compile("(?ms)^[ \\t]*```[^\\n]*\\n(.*?)(?:^[ \\t]*```[ \\t]*$|\\z)");

    private static final Pattern POLICY =
            Pattern.compile("\\bclass\\s+\\w+\\s+extends\\s+Policy\\b");

    /** Where code begins in an answer that has no fences. */
    private static final Pattern CODE_START =
            Pattern.compile("(?m)^(?:import\\s|/\\*\\*|(?:public|final|abstract)?\\s*class\\s)");

    /**
     * Returns the source: the last fenced block with a class that extends Policy, since models
     * correct themselves further down; without fences, everything from the first line of code.
     *
     * @return empty if the answer has no such class
     */
    public static Optional<String> extract(String answer) {
        List<String> blocks = new ArrayList<>();
        Matcher fenced = FENCED.matcher(answer);
        while (fenced.find()) {
            blocks.add(fenced.group(1));
        }
        if (!blocks.isEmpty()) {
            return blocks.reversed().stream()
                    .filter(block -> POLICY.matcher(block).find())
                    .map(SourceExtractor::tidy)
                    .findFirst();
        }
        Matcher start = CODE_START.matcher(answer);
        return POLICY.matcher(answer).find() && start.find()
                ? Optional.of(tidy(answer.substring(start.start())))
                : Optional.empty();
    }

    private static String tidy(String source) {
        return source.strip() + "\n";
    }

    private SourceExtractor() {}
}
