package org.schedbook.target;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.policy.ExitInfo;

/** Why the kernel ended a policy, in its own words and with what its dump adds to them. */
public final class ThrownOut {

    /** As {@code scx_dump_state} of {@code kernel/sched/ext.c} writes what runs on a CPU. */
    private static final Pattern CURRENT =
            Pattern.compile(
                    "CPU (\\d+) *:[^\\n]*\\n(?:\\s*rescue=[^\\n]*\\n)?"
                            + "\\s*curr=([^\\n]*)\\[(\\d+)] class=(?:rt|dl)_sched_class");

    /** As {@code scx_dump_task} writes a task that is ready, and since when. */
    private static final Pattern WAITING =
            Pattern.compile("(?m)^ *R (.*)\\[(\\d+)] (?:\\S+ )?-(\\d+)ms$");

    private ThrownOut() {}

    /** Returns the kernel's reason and message, and what {@link #dumped} finds beside them. */
    public static String why(ExitInfo exit) {
        return Stream.of(
                        exit.reason(),
                        exit.message().isEmpty() ? "" : ". " + exit.message(),
                        dumped(exit).map(". "::concat).orElse(""))
                .collect(Collectors.joining());
    }

    /**
     * Returns what the dump tells of a policy that was ended for being late. The task that waited
     * longest: the kernel's message names none where its watchdog itself was what waited. And the
     * real-time tasks that ran then, which the kernel runs before any of sched_ext's: where they
     * hold the CPUs, a policy's tasks wait, and it could have done nothing about it.
     */
    public static Optional<String> dumped(ExitInfo exit) {
        String late = exit.reason() + " " + exit.message();
        if (!late.contains("watchdog") && !late.contains("stall")) {
            return Optional.empty();
        }
        Optional<String> longest =
                late.contains("failed to run") ? Optional.empty() : waitedLongest(exit.dump());
        String told =
                Stream.of(longest, realTime(exit.dump()))
                        .flatMap(Optional::stream)
                        .collect(Collectors.joining(" "));
        return told.isEmpty() ? Optional.empty() : Optional.of(told);
    }

    private static Optional<String> waitedLongest(String dump) {
        return WAITING.matcher(dump)
                .results()
                .max(Comparator.comparingLong(task -> Long.parseLong(task.group(3))))
                .map(
                        task ->
                                "The task that waited longest is %s (%s), for %,d ms."
                                        .formatted(
                                                task.group(1),
                                                task.group(2),
                                                Long.parseLong(task.group(3))));
    }

    private static Optional<String> realTime(String dump) {
        String tasks =
                CURRENT.matcher(dump)
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
