package org.schedbook.prompt;

/** What an answer has to pass to become a policy, the cheapest first. */
public enum Gate {
    EXTRACT("has a policy in it", "has no policy in it"),
    COMPILE("compiles", "does not compile"),
    CHECK("keeps to what a policy may do", "does what a policy may not do"),
    SIMULATE("schedules every task in the simulator", "fails in the simulator"),
    ATTACH("schedules a guest under load", "fails in a guest under load");

    private final String passed;
    private final String failed;

    Gate(String passed, String failed) {
        this.passed = passed;
        this.failed = failed;
    }

    /** Returns what can be said of an answer that passed, as in "it compiles". */
    public String passed() {
        return passed;
    }

    /** Returns what can be said of an answer that did not, as in "it does not compile". */
    public String failed() {
        return failed;
    }
}
