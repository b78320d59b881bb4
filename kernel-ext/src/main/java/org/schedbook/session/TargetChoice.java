package org.schedbook.session;

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
