package org.schedbook.jupyter;

import java.util.List;

/** What Java in a cell ended with: an exception under its own name, or a use of what is missing. */
final class JavaFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final transient List<String> trace;

    /**
     * @param name the simple name of the exception's class
     * @param message what the exception says; empty if it says nothing
     * @param trace what is shown, in lines
     */
    JavaFailure(String name, String message, List<String> trace) {
        super(message, null, false, false);
        this.name = name;
        this.trace = List.copyOf(trace);
    }

    String name() {
        return name;
    }

    List<String> trace() {
        return trace;
    }
}
