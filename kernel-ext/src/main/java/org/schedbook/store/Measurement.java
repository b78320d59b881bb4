package org.schedbook.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The samples of one contender in one measurement, with all that a figure needs to be believed.
 *
 * @param session the same for all contenders that ran by turns: only they can be compared
 * @param time when the measurement started
 * @param policy a policy's name, or {@code eevdf}
 * @param sourceHash SHA-256 of the policy's source; empty for the kernel's own scheduler
 * @param baseline whether the others of the session are compared to this one
 * @param command the workload's command line
 * @param samples in the order they were taken
 * @param target {@code vm}, {@code host} or {@code sim}
 * @param accelerator how the CPUs are made
 * @param clock what time is counted in, such as {@code instructions}; empty for the machine's own
 */
public record Measurement(
        String session,
        Instant time,
        String policy,
        Optional<String> sourceHash,
        boolean baseline,
        String workload,
        String command,
        String metric,
        String unit,
        boolean lowerIsBetter,
        List<Double> samples,
        String target,
        String accelerator,
        String clock,
        String kernel,
        int cpus,
        int memoryMib,
        String java) {}
