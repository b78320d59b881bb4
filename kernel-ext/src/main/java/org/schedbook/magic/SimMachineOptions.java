package org.schedbook.magic;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.schedbook.jupyter.CellError;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.sim.CostModel;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import picocli.CommandLine.Option;

/** The machine to simulate: the options that {@code %target sim} and {@code %sim} share. */
final class SimMachineOptions {

    private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ns|us|µs|ms|s)?");

    private static final double LONGEST_NS = 3600e9;

    private static final String FREE = "free";

    /** Where a policy runs, in words that are typed. */
    enum Where {
        kernel,
        user
    }

    @Option(
            names = "--topology",
            paramLabel = "N:L:C:T",
            description =
                    "Simulated: NUMA nodes, caches of a node, cores of a cache, threads of a core.")
    private String topology;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "Simulated: whether the policy runs in the kernel or in user space.")
    private Where mode;

    @Option(
            names = "--costs",
            paramLabel = "FILE",
            description =
                    "Simulated: what scheduling costs, as ./schedbook calibrate writes it; free if"
                            + " nothing does.")
    private Path costs;

    /** Returns whether any was given. */
    boolean given() {
        return topology != null || mode != null || costs != null;
    }

    /**
     * Returns the machine asked for.
     *
     * @param cpus how many, null if that was not said
     */
    SimMachine machine(Integer cpus) {
        SimMachine machine = topology == null ? flat(cpus) : shaped(cpus);
        return costs == null ? machine : machine.withCosts(costs());
    }

    /** Returns how to simulate on it. */
    SimOptions options() {
        return SimOptions.DEFAULT.withMode(
                mode == Where.user ? SimOptions.Mode.USER_SPACE : SimOptions.Mode.KERNEL);
    }

    private static SimMachine flat(Integer cpus) {
        int nr = cpus == null ? TargetChoice.Sim.CPUS : cpus;
        if (nr < 1 || nr > TargetChoice.Sim.MAX_CPUS) {
            throw tooMany(nr);
        }
        return SimMachine.flat(nr);
    }

    private SimMachine shaped(Integer cpus) {
        if (cpus != null) {
            throw new CellError("--topology says how many CPUs there are, and so does --cpus.")
                    .next("Give one of them.");
        }
        if (!topology.matches("[1-9]\\d{0,3}(:[1-9]\\d{0,3}){3}")) {
            throw new CellError("'" + topology + "' is no topology.")
                    .next("Write four numbers, for example 2:1:4:2 for 16 CPUs.");
        }
        int[] n = Stream.of(topology.split(":")).mapToInt(Integer::parseInt).toArray();
        long cpusThere = (long) n[0] * n[1] * n[2] * n[3];
        if (cpusThere > TargetChoice.Sim.MAX_CPUS) {
            throw tooMany(cpusThere);
        }
        return SimMachine.of(n[0], n[1], n[2], n[3]);
    }

    private static CellError tooMany(long cpus) {
        return new CellError(
                        "A simulated machine has from 1 to %d CPUs, not %d."
                                .formatted(TargetChoice.Sim.MAX_CPUS, cpus))
                .next("Change the number and run the cell again.");
    }

    private CostModel costs() {
        if (costs.toString().equals(FREE)) {
            return CostModel.FREE;
        }
        try {
            return CostModel.load(costs);
        } catch (IOException e) {
            throw new CellError("The costs cannot be read: " + e.getMessage() + ".")
                    .next("Make such a file with: ./schedbook calibrate FILE");
        }
    }

    /** Returns a time that was typed, such as 1.5ms, in nanoseconds. */
    static long time(String typed) {
        var matcher = TIME.matcher(typed.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new CellError("'" + typed + "' is no time.")
                    .next("Write a number and a unit: 300us, 1.5ms, 2s.");
        }
        double unit =
                switch (matcher.group(2)) {
                    case "us", "µs" -> 1e3;
                    case "ms" -> 1e6;
                    case "s" -> 1e9;
                    case null, default -> 1;
                };
        double ns = Double.parseDouble(matcher.group(1)) * unit;
        if (ns > LONGEST_NS) {
            throw new CellError("'" + typed + "' is too long.").next("Give an hour at most.");
        }
        return Math.round(ns);
    }
}
