package org.schedbook.target;

/**
 * What a figure was measured on.
 *
 * @param target {@code vm} or {@code host}
 * @param accelerator how the CPUs are made: {@code KVM}, {@code TCG (emulated)} or {@code none} for
 *     a machine that is not virtual to us
 * @param clock what its time is: {@code wall}, or {@code instructions} where it is a count of those
 * @param kernel the kernel's release, as {@code uname -r} has it
 * @param cpus the number of online CPUs
 * @param memoryMib memory in MiB
 * @param java the version of the Java that runs the policy
 */
public record Machine(
        String target,
        String accelerator,
        String clock,
        String kernel,
        int cpus,
        int memoryMib,
        String java) {

    /** The clock of a machine whose time is everybody's. */
    public static final String WALL_CLOCK = "wall";

    /** Returns one line for captions. */
    public String caption() {
        return "%s, %s%s, Linux %s, %d CPUs, %d MiB, Java %s"
                .formatted(
                        target,
                        accelerator,
                        clock.equals(WALL_CLOCK) ? "" : ", clock of " + clock,
                        kernel,
                        cpus,
                        memoryMib,
                        java);
    }
}
