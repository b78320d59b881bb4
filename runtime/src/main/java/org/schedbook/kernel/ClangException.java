package org.schedbook.kernel;

/** C could not be compiled; the message says why and what to do. */
public final class ClangException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String words;
    private final boolean ofThePolicy;

    private ClangException(String message, String words, boolean ofThePolicy) {
        super(message);
        this.words = words;
        this.ofThePolicy = ofThePolicy;
    }

    /** Whatever the policy is, it could not be compiled here. */
    static ClangException ofThisMachine(String message, String words) {
        return new ClangException(message, words, false);
    }

    /** Another policy could be compiled. */
    static ClangException ofThePolicy(String message) {
        return new ClangException(message, "", true);
    }

    /** Returns what the compiler said, empty if it did not. */
    public String words() {
        return words;
    }

    /**
     * Returns whether it is the policy that cannot be compiled; otherwise there is no clang, or
     * Schedbook is at fault, and nothing is known of the policy.
     */
    public boolean isOfThePolicy() {
        return ofThePolicy;
    }
}
