package org.schedbook.target;

/** Something that a target could not do: what happened, the next thing to try, and the details. */
public class TargetException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String nextStep;
    private final String detail;

    /**
     * @param message what happened, one sentence
     * @param nextStep what the person can do now, one sentence
     * @param detail logs and the like for whoever wants to know more, empty if there are none
     */
    public TargetException(String message, String nextStep, String detail) {
        super(message);
        this.nextStep = nextStep;
        this.detail = detail;
    }

    /** Returns the message with the details, for those who read stack traces. */
    @Override
    public String toString() {
        return detail.isEmpty() ? super.toString() : super.toString() + "\n" + detail;
    }

    public String nextStep() {
        return nextStep;
    }

    public String detail() {
        return detail;
    }
}
