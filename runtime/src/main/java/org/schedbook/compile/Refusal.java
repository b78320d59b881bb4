package org.schedbook.compile;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.compile.CompileException.Problem;

/**
 * Something in a policy that must not be there.
 *
 * @param rule the rule it breaks
 * @param what what it is, such as {@code java.lang.System.exit}
 * @param line the line in the class file, which is that of the cell, from 1; 0 if the class file
 *     does not say
 * @param word the word in the source that stands for it, such as {@code exit}
 */
public record Refusal(Rule rule, String what, int line, String word) {

    private static final Pattern COMMENT = Pattern.compile("^\\s*(//|/?\\*)");

    /** Says what is refused, by which rule, and what to do instead. */
    public String message() {
        return "%s is refused by rule '%s'. %s %s"
                .formatted(what, rule, rule.principle(), rule.instead());
    }

    /** Finds the place in the source. */
    Problem problem(PolicySource source) {
        List<String> lines = source.text().lines().toList();
        Pattern pattern = Pattern.compile("(?<!\\w)" + Pattern.quote(word) + "(?!\\w)");
        int at = line == 0 ? 0 : line - source.firstLine() + 1;
        for (int i = 0; at == 0 && i < lines.size(); i++) {
            if (!COMMENT.matcher(lines.get(i)).find() && pattern.matcher(lines.get(i)).find()) {
                at = i + 1;
            }
        }
        if (at == 0 || at > lines.size()) {
            return Problem.ofWhole(message());
        }
        String text = lines.get(at - 1);
        Matcher matcher = pattern.matcher(text);
        if (!word.isEmpty() && matcher.find()) {
            return new Problem(at, matcher.start() + 1, word.length(), message(), text);
        }
        return Problem.ofLine(at, text, message());
    }
}
