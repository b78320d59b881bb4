package org.schedbook.policy;

/** A verb was used where or how it can not be; the message says what to do instead. */
public final class PolicyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PolicyException(String message) {
        super(message);
    }
}
