package org.schedbook.session;

/** The latest source of a policy is none that can run. */
public final class BrokenPolicyException extends SessionException {

    private static final long serialVersionUID = 1L;

    private final String name;

    BrokenPolicyException(String name) {
        super(
                "The latest source of " + name + " does not compile, or is refused.",
                "Correct it and define it again.");
        this.name = name;
    }

    /** Returns the policy's name. */
    public String name() {
        return name;
    }
}
