package org.schedbook.target;

import java.util.Optional;

/**
 * How much of a machine a policy is given.
 *
 * @param partial schedule only tasks of the class {@code SCHED_EXT} (in the guest {@code
 *     /opt/schedbook/schedext COMMAND}), and leave all others to the kernel's own scheduler, which
 *     goes first: {@code SCX_OPS_SWITCH_PARTIAL}
 * @param builtinIdle whether a task that wakes up starts at once, without the policy being asked,
 *     where the kernel finds an idle CPU for it and no task waits; empty: unless the policy has a
 *     {@code selectCpu} of its own
 */
public record AttachOptions(boolean partial, Optional<Boolean> builtinIdle) {

    /** All tasks; idle CPUs as the policy has it. */
    public static final AttachOptions DEFAULT = new AttachOptions(false, Optional.empty());
}
