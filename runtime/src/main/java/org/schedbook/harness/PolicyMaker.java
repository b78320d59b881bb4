package org.schedbook.harness;

import org.schedbook.policy.Policy;

/** Makes a policy; whatever comes of that is the policy's doing. */
@FunctionalInterface
public interface PolicyMaker {

    /**
     * Makes the policy.
     *
     * @throws ReflectiveOperationException if its constructor or an initializer throws
     */
    Policy make() throws ReflectiveOperationException;

    /**
     * Makes the policy, or says why it cannot be made. What a constructor throws may never say what
     * it is, so this is for a thread that can be given up.
     */
    default Policy policy() throws NotMadeException {
        try {
            return make();
        } catch (ReflectiveOperationException e) {
            throw new NotMadeException(Faults.describe(e.getCause() == null ? e : e.getCause()));
        }
    }
}
