package org.schedbook.target;

import java.util.List;
import java.util.Map;
import org.schedbook.policy.ExitInfo;

/**
 * How an attached policy is doing.
 *
 * @param policy the policy's name in the notebook, {@code NAME@kernel} if it decides in the kernel
 * @param ops the scheduler's name as the kernel has it in {@code /sys/kernel/sched_ext/root/ops},
 *     empty when none is attached
 * @param state the state of sched_ext as the kernel has it
 * @param counters events since the attach, by the names the scx family uses
 * @param faults the first few things the policy did wrong, one line each
 * @param exit why the policy is no longer attached, null while it is
 */
public record Status(
        String policy,
        String ops,
        String state,
        Map<String, Long> counters,
        List<String> faults,
        ExitInfo exit) {}
