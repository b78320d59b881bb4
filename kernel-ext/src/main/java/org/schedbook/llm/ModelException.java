package org.schedbook.llm;

/** A model that did not answer: what happened, the next thing to try, and what came before. */
public class ModelException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String nextStep;
    private final String partial;

    /**
     * @param message what happened, one sentence
     * @param nextStep what the person can do now, one sentence
     * @param partial the part of the answer that had arrived, empty if none
     */
    public ModelException(String message, String nextStep, String partial) {
        super(message);
        this.nextStep = nextStep;
        this.partial = partial;
    }

    public String nextStep() {
        return nextStep;
    }

    public String partial() {
        return partial;
    }
}
