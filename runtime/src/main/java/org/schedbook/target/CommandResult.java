package org.schedbook.target;

import java.util.List;
import java.util.regex.Pattern;

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

    /** What programs colour with where they think that they write to a terminal. */
    private static final Pattern STYLE = Pattern.compile("\u001b\\[[0-9:;]*[mK]");

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
                    "'%s' ended with status %d.".formatted(String.join(" ", command), exitCode),
                    "Its own words are below.",
                    uncoloured(errors));
        }
        return this;
    }

    /** A command beside which nothing runs. */
    public CommandResult(int exitCode, String output, String errors) {
        this(exitCode, output, errors, List.of(), List.of());
    }
}
