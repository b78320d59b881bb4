package org.schedbook.target;

/**
 * What a figure was measured on.
 *
 * @param target {@code vm}, {@code host} or {@code sim}
 * @param accelerator how the CPUs are made: {@code KVM}, {@code TCG (emulated)} or {@code none} for
 *     a machine that is not virtual to us; that they are simulated, and how
 * @param clock what its time is: {@code wall}, {@code instructions} where it is a count of those,
 *     {@code simulated time}
 * @param kernel the kernel's release, as {@code uname -r} has it; empty if there is none
 * @param cpus the number of online CPUs
 * @param memoryMib memory in MiB; 0 if there is none
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

    /** The clock of a simulation; that it is one, its captions say in other words. */
    public static final String SIMULATED_CLOCK = "simulated time";

    /** Returns one line for captions. */
    public String caption() {
        boolean usual = clock.equals(WALL_CLOCK) || clock.equals(SIMULATED_CLOCK);
        String time = usual ? "" : ", clock of " + clock;
        return "%s, %s%s, %s, Java %s".formatted(target, accelerator, time, system(), java);
    }

    /** Returns what a policy meets there: {@code Linux 7.3.4, 2 CPUs, 1463 MiB}. */
    public String system() {
        return (kernel.isEmpty() ? "" : "Linux " + kernel + ", ")
                + (cpus + (cpus == 1 ? " CPU" : " CPUs"))
                + (memoryMib == 0 ? "" : ", " + memoryMib + " MiB");
    }
}
