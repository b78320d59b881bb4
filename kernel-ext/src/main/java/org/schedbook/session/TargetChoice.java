package org.schedbook.session;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.schedbook.policy.Topology;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.vm.Clock;
import org.schedbook.target.vm.GuestShape;

/** Where the policies of a notebook are to run. */
public sealed interface TargetChoice {

    /** Returns it in a few words, for a person. */
    String label();

    /** Returns what {@code %target} is told to choose it. */
    String line();

    /**
     * Reads what {@link #line} returned. It is not what {@code %target} is told by a person: it
     * names no file, and this machine's own kernel only in so many words.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static TargetChoice parse(String line) {
        if (line.equals("host")) {
            return new Host();
        }
        Matcher guest = GUEST.matcher(line);
        if (guest.matches()) {
            return new Vm(
                    new GuestShape(
                            Integer.parseInt(guest.group(1)),
                            Integer.parseInt(guest.group(2)),
                            guest.group(3).equals(Clock.WALL.label())
                                    ? Clock.WALL
                                    : Clock.INSTRUCTIONS));
        }
        Matcher simulated = SIMULATED.matcher(line);
        if (!simulated.matches()) {
            throw new IllegalArgumentException("there is no target '" + line + "'");
        }
        int[] shape =
                Stream.of(simulated.group(1).split(":")).mapToInt(Integer::parseInt).toArray();
        long cpus = (long) shape[0] * shape[1] * shape[2] * shape[3];
        if (cpus < 1 || cpus > MAX_CPUS) {
            throw new IllegalArgumentException("there is no machine with " + cpus + " CPUs");
        }
        return new Sim(
                SimMachine.of(shape[0], shape[1], shape[2], shape[3]),
                SimOptions.DEFAULT.withMode(
                        simulated.group(2).equals("kernel")
                                ? SimOptions.Mode.KERNEL
                                : SimOptions.Mode.USER_SPACE));
    }

    int MAX_CPUS = 1024;

    Pattern GUEST =
            Pattern.compile(
                    "vm --cpus (\\d{1,3}) --memory (\\d{1,6})M --clock (wall|instructions)");

    Pattern SIMULATED =
            Pattern.compile("sim --topology (\\d{1,4}(?::\\d{1,4}){3}) --mode (kernel|user)");

    /** A guest of that shape. */
    record Vm(GuestShape shape) implements TargetChoice {

        @Override
        public String label() {
            return "vm: a guest with %d CPUs and %d MiB%s"
                    .formatted(
                            shape.cpus(),
                            shape.memoryMib(),
                            shape.clock() == Clock.INSTRUCTIONS
                                    ? ", its clock a count of instructions"
                                    : "");
        }

        @Override
        public String line() {
            return "vm --cpus %d --memory %dM --clock %s"
                    .formatted(shape.cpus(), shape.memoryMib(), shape.clock().label());
        }
    }

    /** A simulated machine. */
    record Sim(SimMachine machine, SimOptions options) implements TargetChoice {

        @Override
        public String label() {
            return new SimTarget(machine, options).machine().caption();
        }

        @Override
        public String line() {
            return "sim --topology %s --mode %s"
                    .formatted(
                            shape(machine.topology()),
                            options.mode() == SimOptions.Mode.KERNEL ? "kernel" : "user");
        }

        /** Simulated machines are regular: each node, cache and core has as many as the next. */
        private static String shape(Topology topology) {
            int nodes = (int) topology.cpus().stream().map(Topology.Cpu::node).distinct().count();
            int llcs = (int) topology.cpus().stream().map(Topology.Cpu::llc).distinct().count();
            int cores = (int) topology.cpus().stream().map(Topology.Cpu::core).distinct().count();
            return "%d:%d:%d:%d"
                    .formatted(nodes, llcs / nodes, cores / llcs, topology.nrCpus() / cores);
        }
    }

    /** This machine's own kernel. */
    record Host() implements TargetChoice {

        @Override
        public String label() {
            return "host: this machine's own kernel";
        }

        @Override
        public String line() {
            return "host";
        }
    }
}
