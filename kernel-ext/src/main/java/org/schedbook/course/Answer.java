package org.schedbook.course;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An answer to a question of a lab: a number, a word, or a load. It is data; nothing in it is
 * evaluated.
 *
 * @param name which question it answers
 * @param text a number as {@code 12.5}, a word in small letters, or a load as rt-app writes it, in
 *     braces
 */
public record Answer(String name, String text) {

    /** What stands in the place of an answer before there is one. */
    public static final String OPEN = "?";

    private static final int MAX_LOAD = 4_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,39}");
    private static final Pattern NUMBER = Pattern.compile("[-+]?\\d{1,15}(\\.\\d{1,9})?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,39}");

    /**
     * Reads what a person wrote. Lines that begin with {@code //} are comments.
     *
     * @throws IllegalArgumentException if it is none of the three; says what to write
     */
    public static Answer of(String name, String body) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of an answer is letters, digits, - and _, and begins with a letter");
        }
        List<String> lines = lines(body);
        if (!lines.isEmpty() && lines.getFirst().stripLeading().startsWith("{")) {
            return new Answer(name, load(String.join("\n", lines)));
        }
        String text = lines.stream().limit(2).map(String::strip).collect(Collectors.joining(" "));
        if (text.isEmpty() || text.equals(OPEN)) {
            throw new IllegalArgumentException(
                    "there is no answer yet: write it in place of the ?");
        }
        if (NUMBER.matcher(text).matches()) {
            return new Answer(name, text);
        }
        if (WORD.matcher(text).matches()) {
            return new Answer(name, text.toLowerCase(Locale.ROOT));
        }
        throw new IllegalArgumentException(
                "an answer is one number, such as 12.5, or one word; no unit, and no sentence");
    }

    /** Returns whether a person has written nothing yet. */
    public static boolean isOpen(String body) {
        List<String> lines = lines(body);
        return lines.isEmpty() || lines.size() == 1 && lines.getFirst().strip().equals(OPEN);
    }

    private static List<String> lines(String body) {
        return body.lines()
                .filter(line -> !line.isBlank() && !line.stripLeading().startsWith("//"))
                .toList();
    }

    private static String load(String text) {
        if (text.length() > MAX_LOAD) {
            throw new IllegalArgumentException(
                    "an answer is one load of %,d characters at most".formatted(MAX_LOAD));
        }
        return text;
    }

    /** Returns the number, empty if it is a word. */
    public OptionalDouble number() {
        return NUMBER.matcher(text).matches()
                ? OptionalDouble.of(Double.parseDouble(text))
                : OptionalDouble.empty();
    }
}
