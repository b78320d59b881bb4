package org.schedbook.target.sim;

import java.util.ArrayList;
import java.util.List;
import org.schedbook.policy.Topology;

/**
 * The machine to simulate.
 *
 * @param topology CPUs numbered from 0 without gaps
 * @param costs what scheduling costs there
 * @param tickNs 1/HZ; a slice that has run out ends at the next tick, as in a kernel without HRTICK
 */
public record SimMachine(Topology topology, CostModel costs, long tickNs) {

    /** 1/HZ with CONFIG_HZ=250, which Debian's kernels have. */
    public static final long TICK_250_HZ_NS = 4_000_000;

    /** 1/HZ with CONFIG_HZ=1000. */
    public static final long TICK_1000_HZ_NS = 1_000_000;

    public SimMachine {
        for (int i = 0; i < topology.nrCpus(); i++) {
            if (topology.cpus().get(i).id() != i) {
                throw new IllegalArgumentException("CPU " + i + " is missing");
            }
        }
        if (topology.nrCpus() == 0 || tickNs < 1) {
            throw new IllegalArgumentException(
                    "nrCpus=" + topology.nrCpus() + ", tickNs=" + tickNs);
        }
    }

    /** A machine of so many cores with one hardware thread each, under one last-level cache. */
    public static SimMachine flat(int nrCpus) {
        return of(1, 1, nrCpus, 1);
    }

    /** A regular machine, with hardware threads of a core numbered next to each other. */
    public static SimMachine of(int nodes, int llcsPerNode, int coresPerLlc, int threadsPerCore) {
        List<Topology.Cpu> cpus = new ArrayList<>();
        int nrCpus = nodes * llcsPerNode * coresPerLlc * threadsPerCore;
        for (int id = 0; id < nrCpus; id++) {
            int core = id / threadsPerCore;
            int llc = core / coresPerLlc;
            cpus.add(new Topology.Cpu(id, core, llc, llc / llcsPerNode));
        }
        return new SimMachine(new Topology(cpus), CostModel.UNCALIBRATED, TICK_250_HZ_NS);
    }

    /**
     * A machine to reason about: so many cores, on which scheduling costs nothing and slices end at
     * ticks of a millisecond.
     */
    public static SimMachine textbook(int nrCpus) {
        return flat(nrCpus).withCosts(CostModel.FREE).withTickNs(TICK_1000_HZ_NS);
    }

    public SimMachine withCosts(CostModel costs) {
        return new SimMachine(topology, costs, tickNs);
    }

    public SimMachine withTickNs(long tickNs) {
        return new SimMachine(topology, costs, tickNs);
    }
}
