package org.schedbook.check;

import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

/**
 * A policy on a live kernel: attached, given something to schedule, and detached again. What it
 * counted there can be expected to be so; times are none of it, for they differ from run to run.
 */
public final class OnKernel {

    /** Where policies are attached. */
    @FunctionalInterface
    public interface Kernel {

        /**
         * Attaches a policy, runs a workload, detaches it, and returns its last status.
         *
         * @param workload as {@code %bench} takes it
         */
        Status run(String policy, String workload) throws TargetException, InterruptedException;
    }

    private final String policy;
    private final Kernel kernel;

    OnKernel(String policy, Kernel kernel) {
        this.policy = policy;
        this.kernel = kernel;
    }

    /**
     * Has it schedule a workload, such as {@code messaging:groups=2,loops=50}.
     *
     * @throws CheckFailed if it cannot be attached
     */
    public Counted under(String workload) throws InterruptedException {
        try {
            return new Counted(policy, workload, kernel.run(policy, workload), "", "");
        } catch (TargetException e) {
            throw new CheckFailed(
                    "Expected: %s schedules %s on a kernel. %s"
                            .formatted(policy, workload, e.getMessage()),
                    e.nextStep());
        }
    }
}
