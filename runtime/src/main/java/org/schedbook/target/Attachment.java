package org.schedbook.target;

import java.util.Optional;
import org.schedbook.policy.ExitInfo;

/** A policy at work on a target. */
public interface Attachment extends AutoCloseable {

    /** Returns how the policy is doing now, or how it ended. */
    Status status() throws TargetException, InterruptedException;

    /** Returns what the machine and the policy are doing now, empty where that is not known. */
    default Optional<Activity> activity() throws TargetException, InterruptedException {
        return Optional.empty();
    }

    /**
     * Detaches the policy and returns when the kernel says that sched_ext is disabled. Detaching a
     * policy that the kernel has thrown out already returns why.
     */
    ExitInfo detach() throws TargetException, InterruptedException;

    /** Detaches the policy as far as that is possible. */
    @Override
    void close();
}
