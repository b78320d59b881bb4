package org.schedbook.target;

/**
 * What a figure was measured on.
 *
 * @param target {@code vm} or {@code host}
 * @param accelerator how the CPUs are made: {@code KVM}, {@code TCG (emulated)} or {@code none} for
 *     a machine that is not virtual to us
 * @param kernel the kernel's release, as {@code uname -r} has it
 * @param cpus the number of online CPUs
 * @param memoryMib memory in MiB
 * @param java the version of the Java that runs the policy
 */
public record Machine(
        String target, String accelerator, String kernel, int cpus, int memoryMib, String java) {

    /** Returns one line for captions. */
    public String caption() {
        return "%s, %s, Linux %s, %d CPUs, %d MiB, Java %s"
                .formatted(target, accelerator, kernel, cpus, memoryMib, java);
    }
}
