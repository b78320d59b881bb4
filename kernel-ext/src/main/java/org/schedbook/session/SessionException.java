package org.schedbook.session;

/** Something a notebook cannot do as it is: what, and the next thing to try. */
public class SessionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String nextStep;

    public SessionException(String message, String nextStep) {
        super(message);
        this.nextStep = nextStep;
    }

    public String nextStep() {
        return nextStep;
    }
}
