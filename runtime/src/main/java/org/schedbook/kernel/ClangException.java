package org.schedbook.kernel;

/** C could not be compiled; the message says why and what to do. */
public final class ClangException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String words;

    ClangException(String message, String words) {
        super(message);
        this.words = words;
    }

    /** Returns what the compiler said, empty if it did not. */
    public String words() {
        return words;
    }
}
