package org.schedbook.session;

import java.util.Set;

/** There is no policy of that name. */
public final class UnknownPolicyException extends SessionException {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final transient Set<String> known;

    /**
     * @param known the names there are
     */
    UnknownPolicyException(String name, Set<String> known) {
        super(
                "There is no policy named '" + name + "'.",
                "Define it, or use one of: " + String.join(", ", known) + ".");
        this.name = name;
        this.known = known;
    }

    /** Returns the name that was asked for. */
    public String name() {
        return name;
    }

    /** Returns the names there are. */
    public Set<String> known() {
        return known;
    }
}
