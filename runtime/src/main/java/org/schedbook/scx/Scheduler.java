package org.schedbook.scx;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.harness.PolicyFault;
import org.schedbook.measure.Durations;
import org.schedbook.policy.ExitInfo;

/** A policy attached to the kernel of this machine, wherever it decides. */
public sealed interface Scheduler extends AutoCloseable permits PolicyHost, KernelHost {

    /** Returns the name that sysfs shows. */
    String name();

    /** Returns what was counted so far, named as the kernel's own tools do where they count it. */
    Map<String, Long> counters();

    /** Returns how many tasks wait for a decision of the policy. */
    int nrWaiting();

    /**
     * Returns how many tasks waited how long from being enqueued until the policy's decision was
     * carried out, both by the kernel's clock, in the classes of {@link Durations}. Empty classes
     * at the end are left out.
     */
    List<Long> decisions();

    /**
     * Returns the first few different things that the policy did wrong; nr_policy_errors counts
     * them all.
     */
    List<PolicyFault> faults();

    /** Returns why the policy is not attached any more; empty while it is. */
    Optional<ExitInfo> exit();

    /**
     * Detaches the policy, and returns when the kernel says {@code disabled}. Does nothing if it is
     * detached already.
     *
     * @throws IllegalStateException if the kernel does not let go in time
     */
    ExitInfo detach();

    @Override
    void close();
}
