package org.schedbook.check;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a policy promises in its own source: in a comment line, {@code // Promises: no-wait-over
 * 200ms, work-conserving}, which goes on in the next comment line after a comma; or in the comment
 * lines below {@code // Promises:}, up to an empty one.
 *
 * @param made the promises, with the line of each, from 1
 * @param wrong lines that were meant to be promises and are none, with the reason
 */
public record OwnPromises(List<Made> made, List<Wrong> wrong) {

    /** A promise and where it stands. */
    public record Made(Promise promise, int line) {}

    /** Something that is no promise, and where it stands. */
    public record Wrong(String why, int line) {}

    private static final String COMMENT = "\\s*(?://+|/\\*+|\\*(?!/))\\s*";

    private static final Pattern FIRST =
            Pattern.compile(COMMENT + "(?i:promises?)\\s*:\\s*(.*?)\\s*(?:\\*/)?\\s*");

    private static final Pattern NEXT = Pattern.compile(COMMENT + "(.*?)\\s*(?:\\*/)?\\s*");

    /** Reads a source. */
    public static OwnPromises of(String source) {
        var made = new ArrayList<Made>();
        var wrong = new ArrayList<Wrong>();
        boolean goesOn = false;
        boolean below = false;
        List<String> lines = source.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = FIRST.matcher(lines.get(i));
            if (line.matches()) {
                below = line.group(1).isEmpty();
                goesOn = below;
            } else {
                line = NEXT.matcher(lines.get(i));
                if (!goesOn || !line.matches()) {
                    goesOn = false;
                    continue;
                }
                goesOn = below && !line.group(1).isEmpty();
            }
            goesOn |= line.group(1).endsWith(",");
            read(line.group(1), i + 1, made, wrong);
        }
        return new OwnPromises(List.copyOf(made), List.copyOf(wrong));
    }

    private static void read(String text, int line, List<Made> made, List<Wrong> wrong) {
        for (String part : text.replace("`", "").split("[,;]|\\s+and\\s+")) {
            List<String> words =
                    Stream.of(
                                    part.replaceFirst("^\\s*(?:[-*•]|and\\b)\\s+", "")
                                            .replaceFirst("\\.\\s*$", "")
                                            .replaceAll("(\\d)\\s+(us|µs|ms|s|%)", "$1$2")
                                            .split("[\\s=:()]+"))
                            .filter(word -> !word.isEmpty())
                            .toList();
            if (words.isEmpty() || String.join(" ", words).equalsIgnoreCase("none")) {
                continue;
            }
            try {
                Promise.all(words).forEach(promise -> made.add(new Made(promise, line)));
            } catch (IllegalArgumentException e) {
                wrong.add(new Wrong(e.getMessage(), line));
            }
        }
    }

    /** Returns whether nothing is promised, and nothing was meant to be. */
    public boolean isEmpty() {
        return made.isEmpty() && wrong.isEmpty();
    }

    /** Returns the promises alone. */
    public List<Promise> promises() {
        return made.stream().map(Made::promise).toList();
    }
}
