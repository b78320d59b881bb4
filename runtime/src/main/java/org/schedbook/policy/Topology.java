package org.schedbook.policy;

import java.util.List;

/**
 * The CPUs of a machine and what they share.
 *
 * @param cpus the online CPUs, in order of number
 */
public record Topology(List<Cpu> cpus) {

    /**
     * One logical CPU.
     *
     * @param id the kernel's number
     * @param core CPUs with the same core are hardware threads of one core
     * @param llc CPUs with the same number share the last-level cache
     * @param node the NUMA node
     */
    public record Cpu(int id, int core, int llc, int node) {}

    public Topology {
        cpus = List.copyOf(cpus);
    }

    /** Returns the number of online CPUs. */
    public int nrCpus() {
        return cpus.size();
    }
}
