package org.schedbook.target.vm;

import java.util.Objects;

/**
 * What a guest is to be like.
 *
 * @param cpus how many CPUs it has, from 1 to 64; there may be more than this machine has
 * @param memoryMib its memory in MiB, from 1024, with which its two JVMs just fit, to 65536
 * @param clock what its time is
 * @param architecture what its CPUs are; amd64 if null, as in reports that name none
 */
public record GuestShape(int cpus, int memoryMib, Clock clock, Architecture architecture) {

    /** What guests are like unless asked for otherwise. */
    public static final GuestShape DEFAULT = new GuestShape(2, 1536, Clock.WALL);

    /**
     * What guests with a clock of instructions are like unless asked for otherwise: with one CPU,
     * since figures vary least that way.
     */
    public static final GuestShape EXACT =
            new GuestShape(1, 1536, Clock.INSTRUCTIONS, Architecture.AMD64);

    private static final int MAX_CPUS = 64;
    private static final int MIN_MEMORY_MIB = 1024;
    private static final int MAX_MEMORY_MIB = 65536;

    /**
     * @throws IllegalArgumentException if a number is out of its range
     */
    public GuestShape {
        if (cpus < 1 || cpus > MAX_CPUS) {
            throw new IllegalArgumentException(
                    "a guest has from 1 to %d CPUs, not %d".formatted(MAX_CPUS, cpus));
        }
        if (memoryMib < MIN_MEMORY_MIB || memoryMib > MAX_MEMORY_MIB) {
            throw new IllegalArgumentException(
                    "a guest has from %d to %d MiB of memory, not %d"
                            .formatted(MIN_MEMORY_MIB, MAX_MEMORY_MIB, memoryMib));
        }
        architecture = Objects.requireNonNullElse(architecture, Architecture.AMD64);
        if (clock == Clock.INSTRUCTIONS && architecture != Architecture.AMD64) {
            throw new IllegalArgumentException(
                    "a clock of instructions is for amd64, not " + architecture.label());
        }
    }

    /** Makes the shape of a guest whose CPUs are of this machine's kind. */
    public GuestShape(int cpus, int memoryMib, Clock clock) {
        this(cpus, memoryMib, clock, Architecture.HOST);
    }

    /** Returns whether CPUs of the guest have to share CPUs of this machine. */
    public boolean isOvercommitted() {
        return cpus > Runtime.getRuntime().availableProcessors();
    }
}
