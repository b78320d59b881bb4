package org.schedbook.harness;

/**
 * Something a policy did wrong.
 *
 * @param callback the callback it did it in
 * @param message what, in one line
 * @param line the line of the policy's source, 0 if unknown
 */
public record PolicyFault(String callback, String message, int line) {

    /** Returns all of it in one line. */
    public String sentence() {
        return "%s%s: %s".formatted(callback, line == 0 ? "" : ", line " + line, message);
    }
}
