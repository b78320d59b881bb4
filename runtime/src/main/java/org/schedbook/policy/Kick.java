package org.schedbook.policy;

/** Flags of {@code kick} ({@code enum scx_kick_flags}). */
public final class Kick {

    /** Kick only if the CPU is idle. */
    public static final long IDLE = 1;

    /** End the slice of the task running there, so that the CPU looks for other work at once. */
    public static final long PREEMPT = 2;

    private Kick() {}
}
