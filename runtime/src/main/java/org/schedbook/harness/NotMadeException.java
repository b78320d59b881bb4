package org.schedbook.harness;

/** A policy cannot be made; the message says what its constructor threw, in one line. */
public final class NotMadeException extends ReflectiveOperationException {

    private static final long serialVersionUID = 1L;

    NotMadeException(String message) {
        super(message);
    }
}
