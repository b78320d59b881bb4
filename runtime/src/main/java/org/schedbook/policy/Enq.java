package org.schedbook.policy;

/**
 * Flags of {@code enqueue} and {@code insert} ({@code enum scx_enq_flags}); combine with {@code |}.
 */
public final class Enq {

    /** The task just woke up. */
    public static final long WAKEUP = 0x1;

    /** Insert at the head of the DSQ. */
    public static final long HEAD = 0x10000;

    /** Preempt the task now running on the CPU whose local DSQ the task is inserted into. */
    public static final long PREEMPT = 1L << 32;

    /** The task is the last one on its CPU and would keep it if nothing else is found. */
    public static final long LAST = 1L << 41;

    private Enq() {}
}
