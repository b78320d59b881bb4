package org.schedbook.scx;

import java.time.Duration;
import java.util.Optional;

/**
 * How strict to be with a policy, and what to give it.
 *
 * @param callDeadline a single call of the policy that takes longer is the end of the attachment
 * @param watchdog the kernel ejects the policy when a runnable task has not run for this long; at
 *     most 30 seconds
 * @param partial only tasks of the class {@code SCHED_EXT}: {@code SCX_OPS_SWITCH_PARTIAL}
 * @param builtinIdle a task that wakes up starts at once where the kernel finds an idle CPU, and
 *     the policy is not asked; empty: unless it overrides {@code selectCpu}
 */
public record Options(
        Duration callDeadline, Duration watchdog, boolean partial, Optional<Boolean> builtinIdle) {

    public static final Options DEFAULT =
            new Options(Duration.ofSeconds(2), Duration.ofSeconds(5), false, Optional.empty());

    public Options {
        if (watchdog.compareTo(Duration.ofSeconds(30)) > 0) {
            throw new IllegalArgumentException("watchdog=" + watchdog + ", the most is 30 s");
        }
    }

    public Options withPartial(boolean partial) {
        return new Options(callDeadline, watchdog, partial, builtinIdle);
    }

    public Options withBuiltinIdle(Optional<Boolean> builtinIdle) {
        return new Options(callDeadline, watchdog, partial, builtinIdle);
    }
}
