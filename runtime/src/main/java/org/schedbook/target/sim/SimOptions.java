package org.schedbook.target.sim;

import java.time.Duration;

/**
 * How to run a simulation, and when to end it.
 *
 * @param mode where the policy runs
 * @param seed draws the times that programs leave open; each task draws from a sequence of its own,
 *     so two policies get the same work
 * @param limitNs simulated time after which to end
 * @param maxEvents events after which to end
 * @param deadline time on the wall after which to end; the only thing here that may differ from run
 *     to run
 * @param watchdogNs a task that could run and did not for so long is the end of the policy
 * @param starvationNs such a wait is reported as starvation
 * @param idleNs a CPU that is idle for so long while a task waits that may use it is reported
 * @param maxTrace how many trace events to keep; 0 for no trace
 */
public record SimOptions(
        Mode mode,
        long seed,
        long limitNs,
        long maxEvents,
        Duration deadline,
        long watchdogNs,
        long starvationNs,
        long idleNs,
        int maxTrace) {

    /** Where the policy runs. */
    public enum Mode {
        /** In the kernel: every callback at its event. */
        KERNEL,
        /** In user space, behind rings, on a CPU of the same machine. */
        USER_SPACE
    }

    /** In the kernel, a minute of simulated time, half a minute of real time, no trace. */
    public static final SimOptions DEFAULT =
            new SimOptions(
                    Mode.KERNEL,
                    1,
                    60_000_000_000L,
                    10_000_000_000L,
                    Duration.ofSeconds(30),
                    5_000_000_000L,
                    500_000_000,
                    2_000_000,
                    0);

    public SimOptions {
        if (limitNs < 1 || maxEvents < 1 || watchdogNs < 1 || starvationNs < 1 || idleNs < 1) {
            throw new IllegalArgumentException("limits are positive");
        }
        if (maxTrace < 0) {
            throw new IllegalArgumentException("maxTrace=" + maxTrace);
        }
    }

    public SimOptions withMode(Mode mode) {
        return new SimOptions(
                mode,
                seed,
                limitNs,
                maxEvents,
                deadline,
                watchdogNs,
                starvationNs,
                idleNs,
                maxTrace);
    }

    public SimOptions withSeed(long seed) {
        return new SimOptions(
                mode,
                seed,
                limitNs,
                maxEvents,
                deadline,
                watchdogNs,
                starvationNs,
                idleNs,
                maxTrace);
    }

    public SimOptions withLimitNs(long limitNs) {
        return new SimOptions(
                mode,
                seed,
                limitNs,
                maxEvents,
                deadline,
                watchdogNs,
                starvationNs,
                idleNs,
                maxTrace);
    }

    public SimOptions withMaxEvents(long maxEvents) {
        return new SimOptions(
                mode,
                seed,
                limitNs,
                maxEvents,
                deadline,
                watchdogNs,
                starvationNs,
                idleNs,
                maxTrace);
    }

    public SimOptions withDeadline(Duration deadline) {
        return new SimOptions(
                mode,
                seed,
                limitNs,
                maxEvents,
                deadline,
                watchdogNs,
                starvationNs,
                idleNs,
                maxTrace);
    }

    public SimOptions withTrace(int maxTrace) {
        return new SimOptions(
                mode,
                seed,
                limitNs,
                maxEvents,
                deadline,
                watchdogNs,
                starvationNs,
                idleNs,
                maxTrace);
    }

    public SimOptions withStarvationNs(long starvationNs) {
        return new SimOptions(
                mode,
                seed,
                limitNs,
                maxEvents,
                deadline,
                watchdogNs,
                starvationNs,
                idleNs,
                maxTrace);
    }
}
