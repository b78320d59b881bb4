package org.schedbook.target;

/**
 * What came of a command.
 *
 * @param exitCode 0 if it succeeded
 * @param output what it wrote to standard output, cut after 1 MiB
 * @param errors what it wrote to standard error, cut after 1 MiB
 */
public record CommandResult(int exitCode, String output, String errors) {}
