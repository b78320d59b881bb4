package org.schedbook.target.vm;

import java.time.Duration;
import java.util.List;

/** What a guest's time is. */
public enum Clock {

    /** The time of this machine. */
    WALL("wall", List.of()),

    /**
     * A count of the instructions that the guest has executed, two nanoseconds each ({@code -icount
     * shift=1}: qemu(1)). The same work takes the same time however busy this machine is. Always
     * emulated; the guest's CPUs share the one count and run in turn, so it measures work and not
     * how much of it is done at once. Where nothing runs, time jumps to the next timer.
     *
     * <p>Most of what else the host could decide is taken from it: the date and the random numbers
     * are always the same, devices work at once instead of on threads of their own, and the guest
     * is stopped while it waits for a request (see {@link Lockstep}).
     */
    INSTRUCTIONS(
            "instructions",
            List.of(
                    "-icount",
                    "shift=1,sleep=off",
                    "-rtc",
                    "base=2026-01-01,clock=vm",
                    "-seed",
                    "1",
                    "-global",
                    "virtio-blk-pci.ioeventfd=off",
                    "-global",
                    "virtio-serial-pci.ioeventfd=off",
                    "-device",
                    "i6300esb",
                    "-action",
                    "watchdog=pause",
                    "-device",
                    "ivshmem-plain,master=on,memdev=" + Lockstep.MEMORY_ID));

    /** Emulation executes 50 million instructions a second or more, and a second is 500 million. */
    private static final int SLOWEST = 10;

    private final String label;
    private final List<String> options;

    Clock(String label, List<String> options) {
        this.label = label;
        this.options = options;
    }

    /** Returns the name to put beside figures. */
    public String label() {
        return label;
    }

    /** Returns the accelerator to use, given the one for a clock on the wall. */
    Accelerator accelerator(Accelerator usual) {
        return this == INSTRUCTIONS ? Accelerator.TCG_IN_TURN : usual;
    }

    /** Returns how long something takes here at most that takes so long on this clock. */
    Duration longest(Duration time) {
        return this == INSTRUCTIONS ? time.multipliedBy(SLOWEST) : time;
    }

    /** Returns whether the guest stops itself while it waits. */
    boolean isLockstep() {
        return this == INSTRUCTIONS;
    }

    List<String> options() {
        return options;
    }
}
