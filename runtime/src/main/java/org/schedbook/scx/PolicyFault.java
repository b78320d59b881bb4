package org.schedbook.scx;

/**
 * Something a policy did wrong.
 *
 * @param callback the callback it did it in
 * @param message what, in one line
 * @param line the line of the policy's source, 0 if unknown
 */
public record PolicyFault(String callback, String message, int line) {

    static PolicyFault of(
            Callback callback, String message, Class<?> policy, StackTraceElement[] at) {
        int line = 0;
        for (StackTraceElement frame : at) {
            String name = frame.getClassName();
            if (name.equals(policy.getName()) || name.startsWith(policy.getName() + "$")) {
                line = Math.max(frame.getLineNumber(), 0);
                break;
            }
        }
        return new PolicyFault(callback.method(), message, line);
    }

    /** Returns all of it in one line. */
    public String sentence() {
        return "%s%s: %s".formatted(callback, line == 0 ? "" : ", line " + line, message);
    }
}
