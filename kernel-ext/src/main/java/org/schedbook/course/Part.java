package org.schedbook.course;

import org.schedbook.check.Points;

/**
 * A part of a lab that gives points: one policy, or one answer.
 *
 * @param name the name that its cell gives, and what nbgrader knows the cell by
 * @param isPolicy whether it is a policy; else an answer
 * @param what what is asked for, in a few words
 * @param open the points of the tests that everybody may see
 * @param hidden the points of those that only a grader has
 * @param tests the tests that everybody may see
 */
public record Part(
        String name, boolean isPolicy, String what, double open, double hidden, Tests tests) {

    /** Tests of what was submitted for a part. */
    @FunctionalInterface
    public interface Tests {

        /**
         * Runs them.
         *
         * @param submitted what was submitted
         * @param points takes the tests
         */
        void run(Submitted submitted, Points points) throws InterruptedException;
    }

    /** A part that asks for a policy. */
    static Part policy(String name, String what, double open, double hidden, Tests tests) {
        return new Part(name, true, what, open, hidden, tests);
    }

    /** Returns all points that it can give. */
    public double max() {
        return open + hidden;
    }
}
