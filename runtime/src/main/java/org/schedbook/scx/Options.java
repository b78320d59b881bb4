package org.schedbook.scx;

import java.time.Duration;

/**
 * How strict to be with a policy.
 *
 * @param callDeadline a single call of the policy that takes longer is the end of the attachment
 * @param watchdog the kernel ejects the policy when a runnable task has not run for this long; at
 *     most 30 seconds
 */
public record Options(Duration callDeadline, Duration watchdog) {

    public static final Options DEFAULT = new Options(Duration.ofSeconds(2), Duration.ofSeconds(5));

    public Options {
        if (watchdog.compareTo(Duration.ofSeconds(30)) > 0) {
            throw new IllegalArgumentException("watchdog=" + watchdog + ", the most is 30 s");
        }
    }
}
