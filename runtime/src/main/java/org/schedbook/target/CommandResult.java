package org.schedbook.target;

import java.util.List;

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

    /** A command beside which nothing runs. */
    public CommandResult(int exitCode, String output, String errors) {
        this(exitCode, output, errors, List.of(), List.of());
    }
}
