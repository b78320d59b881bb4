package org.schedbook.target;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What came of a command.
 *
 * @param exitCode 0 if it succeeded
 * @param output what it wrote to standard output, cut after 1 MiB
 * @param errors what it wrote to standard error, cut after 1 MiB
 * @param left what it started and left running, if it was run so that this goes on
 * @param beside what earlier commands had left running, and still ran when this one ended
 */
public record CommandResult(
        int exitCode,
        String output,
        String errors,
        List<BackgroundProcess> left,
        List<BackgroundProcess> beside) {

    public CommandResult {
        left = List.copyOf(left);
        beside = List.copyOf(beside);
    }

    /** A command longer than this fills a page. */
    private static final int SHOWN = 200;

    /** Back to the start of the line, back by one, erase what follows, erase the line. */
    private static final Pattern MOVE = Pattern.compile("\r|\b|\u001b\\[[02]?K");

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9:;]*m");

    /** What programs colour with where they think that they write to a terminal. */
    private static final Pattern STYLE = Pattern.compile("\u001b\\[[0-9:;]*[mK]");

    /**
     * Returns what a terminal would show of what a program has written, without colours: progress
     * is written again and again into the same line.
     */
    public static String shown(String written) {
        if (!MOVE.matcher(written).find()) {
            return uncoloured(written);
        }
        String plain = COLOUR.matcher(written).replaceAll("");
        return uncoloured(
                Stream.of(plain.split("\n", -1))
                        .map(CommandResult::line)
                        .collect(Collectors.joining("\n")));
    }

    private static String line(String written) {
        var line = new StringBuilder();
        int at = 0;
        int from = 0;
        Matcher move = MOVE.matcher(written);
        while (move.find()) {
            at = put(line, at, written.substring(from, move.start()));
            from = move.end();
            switch (move.group()) {
                case "\r" -> at = 0;
                case "\b" -> at = at == 0 ? 0 : line.offsetByCodePoints(at, -1);
                default -> {
                    line.setLength(at);
                    if (move.group().endsWith("2K")) {
                        line.replace(0, at, " ".repeat(at));
                    }
                }
            }
        }
        put(line, at, written.substring(from));
        return line.toString();
    }

    /** Writes over what is there, and returns the place behind it. */
    private static int put(StringBuilder line, int at, String text) {
        int over =
                Math.min(
                        text.codePointCount(0, text.length()),
                        line.codePointCount(at, line.length()));
        line.replace(at, line.offsetByCodePoints(at, over), text);
        return at + text.length();
    }

    /**
     * Returns what a program has written without its colours, which hide nothing once they are
     * gone; all else that a terminal would obey stays, to be made visible.
     */
    public static String uncoloured(String written) {
        return STYLE.matcher(written).replaceAll("");
    }

    /**
     * Returns this if the command succeeded.
     *
     * @param command what was run
     * @throws TargetException if it did not; has its own words
     */
    public CommandResult orThrow(List<String> command) throws TargetException {
        if (exitCode != 0) {
            throw new TargetException(
                    "'%s' ended with status %d.".formatted(beginning(command), exitCode),
                    "Its own words are below.",
                    shown(errors));
        }
        return this;
    }

    /** Returns a command for a sentence: of a long one, or a script, the beginning. */
    public static String beginning(List<String> command) {
        String line = String.join(" ", command).strip();
        String first = line.lines().findFirst().orElse("");
        return first.length() == line.length() && line.length() <= SHOWN
                ? line
                : first.substring(0, Math.min(first.length(), SHOWN)) + "…";
    }

    /** A command beside which nothing runs. */
    public CommandResult(int exitCode, String output, String errors) {
        this(exitCode, output, errors, List.of(), List.of());
    }
}
