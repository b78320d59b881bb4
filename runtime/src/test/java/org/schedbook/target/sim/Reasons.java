package org.schedbook.target.sim;

/** What a person is told of a file that is no workload. */
final class Reasons {

    static void check(FormatException e) {
        if (e.reason().isBlank() || e.line() < 0) {
            throw new AssertionError("there is no reason", e);
        }
    }

    private Reasons() {}
}
