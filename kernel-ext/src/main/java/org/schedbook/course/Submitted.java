package org.schedbook.course;

import java.util.SplittableRandom;
import org.schedbook.compile.CompiledPolicy;

/**
 * What was submitted for one part of a lab.
 *
 * @param policy the policy, null if the part asks for an answer
 * @param answer the answer, null if the part asks for a policy
 * @param seed differs from student to student, and is the same each time for one
 */
public record Submitted(CompiledPolicy policy, Answer answer, long seed) {

    /** Returns a sequence of numbers of the student's own, from its beginning. */
    public SplittableRandom random() {
        return new SplittableRandom(seed);
    }
}
