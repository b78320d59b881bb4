package org.schedbook.target.vm;

/**
 * What a guest is given of this machine.
 *
 * @param accelerator how its CPUs are made
 * @param cpus how many it has
 * @param memoryMib its memory, in MiB
 */
record Hardware(Accelerator accelerator, int cpus, int memoryMib) {

    long memoryBytes() {
        return (long) memoryMib << 20;
    }
}
