package org.schedbook.target.sim;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import java.time.Duration;

/**
 * How to run a simulation, and when to end it. A value: each {@code with} method returns another
 * one.
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
public final class SimOptions {

    /** Where the policy runs. */
    public enum Mode {
        /** In the kernel: every callback at its event. */
        KERNEL,
        /** In user space, behind rings, on a CPU of the same machine. */
        USER_SPACE
    }

    /**
     * In the kernel, seed 1, a minute of simulated and half a minute of real time, the kernel
     * family's watchdog of 5 s, no trace.
     */
    public static final SimOptions DEFAULT = new SimOptions();

    private Mode mode = Mode.KERNEL;
    private long seed = 1;
    private long limitNs = 60_000_000_000L;
    private long maxEvents = 10_000_000_000L;
    private Duration deadline = Duration.ofSeconds(30);
    private long watchdogNs = 5_000_000_000L;
    private long starvationNs = 500_000_000;
    private long idleNs = 2_000_000;
    private int maxTrace;
    private boolean lines;

    private SimOptions() {}

    private SimOptions(SimOptions other) {
        mode = other.mode;
        seed = other.seed;
        limitNs = other.limitNs;
        maxEvents = other.maxEvents;
        deadline = other.deadline;
        watchdogNs = other.watchdogNs;
        starvationNs = other.starvationNs;
        idleNs = other.idleNs;
        maxTrace = other.maxTrace;
        lines = other.lines;
    }

    public Mode mode() {
        return mode;
    }

    public SimOptions withMode(Mode mode) {
        var options = new SimOptions(this);
        options.mode = mode;
        return options;
    }

    /**
     * Returns what the times that programs leave open are drawn with. Each task draws from a
     * sequence of its own, so two policies get the same work.
     */
    public long seed() {
        return seed;
    }

    public SimOptions withSeed(long seed) {
        var options = new SimOptions(this);
        options.seed = seed;
        return options;
    }

    /** Returns the simulated time after which to end. */
    public long limitNs() {
        return limitNs;
    }

    public SimOptions withLimitNs(long limitNs) {
        var options = new SimOptions(this);
        options.limitNs = positive(limitNs);
        return options;
    }

    /** Returns the number of events after which to end. */
    public long maxEvents() {
        return maxEvents;
    }

    public SimOptions withMaxEvents(long maxEvents) {
        var options = new SimOptions(this);
        options.maxEvents = positive(maxEvents);
        return options;
    }

    /** Returns the real time after which to end: all that may differ from run to run. */
    public Duration deadline() {
        return deadline;
    }

    public SimOptions withDeadline(Duration deadline) {
        var options = new SimOptions(this);
        options.deadline = deadline;
        return options;
    }

    /** Returns for how long a task may be runnable and not run before that ends the policy. */
    public long watchdogNs() {
        return watchdogNs;
    }

    public SimOptions withWatchdogNs(long watchdogNs) {
        var options = new SimOptions(this);
        options.watchdogNs = positive(watchdogNs);
        return options;
    }

    /** Returns for how long a task may be runnable and not run before that is reported. */
    public long starvationNs() {
        return starvationNs;
    }

    public SimOptions withStarvationNs(long starvationNs) {
        var options = new SimOptions(this);
        options.starvationNs = positive(starvationNs);
        return options;
    }

    /**
     * Returns for how long a CPU may be idle, while a task waits that may use it, before that is
     * reported.
     */
    public long idleNs() {
        return idleNs;
    }

    public SimOptions withIdleNs(long idleNs) {
        var options = new SimOptions(this);
        options.idleNs = positive(idleNs);
        return options;
    }

    /** Returns how many trace events to keep. */
    public int maxTrace() {
        return maxTrace;
    }

    public SimOptions withTrace(int maxTrace) {
        if (maxTrace < 0) {
            throw new IllegalArgumentException("maxTrace=" + maxTrace);
        }
        var options = new SimOptions(this);
        options.maxTrace = maxTrace;
        return options;
    }

    /** Returns whether to keep with each insert which line of the policy made it. */
    public boolean lines() {
        return lines;
    }

    /** Keeps the lines of inserts; looking for one takes about a microsecond of real time. */
    public SimOptions withLines() {
        var options = new SimOptions(this);
        options.lines = true;
        return options;
    }

    private static long positive(long value) {
        if (value < 1) {
            throw new IllegalArgumentException(value + " is not positive");
        }
        return value;
    }
}
