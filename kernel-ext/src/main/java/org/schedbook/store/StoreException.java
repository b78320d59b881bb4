package org.schedbook.store;

/** The store cannot be read or written: what happened and the next thing to try. */
public final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String nextStep;

    StoreException(String message, String nextStep, Throwable cause) {
        super(message, cause);
        this.nextStep = nextStep;
    }

    public String nextStep() {
        return nextStep;
    }
}
