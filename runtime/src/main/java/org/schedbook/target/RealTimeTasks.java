package org.schedbook.target;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.schedbook.policy.ExitInfo;

/**
 * Tasks that the kernel runs before any of sched_ext's. When they hold the CPUs, a policy's tasks
 * wait and the kernel ends the policy, which could have done nothing about it.
 */
public final class RealTimeTasks {

    /** As {@code scx_dump_state} of {@code kernel/sched/ext.c} writes what runs on a CPU. */
    private static final Pattern CURRENT =
            Pattern.compile(
                    "CPU (\\d+) *:[^\\n]*\\n\\s*curr=([^\\n]*)\\[(\\d+)] class=(?:rt|dl)_sched_class");

    private RealTimeTasks() {}

    /** Returns a sentence that names those that ran when a policy was ended for being late. */
    public static Optional<String> inTheWay(ExitInfo exit) {
        String late = exit.reason() + " " + exit.message();
        if (!late.contains("watchdog") && !late.contains("stall")) {
            return Optional.empty();
        }
        String tasks =
                CURRENT.matcher(exit.dump())
                        .results()
                        .map(m -> "%s (%s) on CPU %s".formatted(m.group(2), m.group(3), m.group(1)))
                        .collect(Collectors.joining(", "));
        return tasks.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "Real-time tasks ran then, which the kernel puts before all that a policy"
                                + " schedules: "
                                + tasks
                                + ". The policy may not be to blame.");
    }
}
