package org.schedbook.policy;

/** The DSQs every policy has, with the kernel's own numbers ({@code enum scx_dsq_id_flags}). */
public final class Dsq {

    /** One FIFO for the whole machine. Every CPU takes from it when its local DSQ is empty. */
    public static final long GLOBAL = 0x8000_0000_0000_0001L;

    /**
     * The FIFO of one CPU: in {@code enqueue} that of {@link Task#cpu()}, in {@code dispatch} that
     * of the CPU asking.
     */
    public static final long LOCAL = 0x8000_0000_0000_0002L;

    private static final long LOCAL_ON = 0xC000_0000_0000_0000L;

    /** Returns the local DSQ of a CPU. */
    public static long localOn(int cpu) {
        return LOCAL_ON | cpu;
    }

    /** Returns whether this is the local DSQ of a given CPU, made by {@link #localOn}. */
    public static boolean isLocalOn(long dsq) {
        return (dsq & LOCAL_ON) == LOCAL_ON;
    }

    /** Returns the CPU of a {@link #localOn} DSQ. */
    public static int cpuOf(long dsq) {
        return (int) dsq;
    }

    private Dsq() {}
}
