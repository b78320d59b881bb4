package org.schedbook.magic;

import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.vm.Clock;
import org.schedbook.target.vm.GuestShape;

/** Where the policies of a notebook are to run. */
sealed interface TargetChoice {

    /** Returns it in a few words, for a person. */
    String label();

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
    }

    /** A simulated machine. */
    record Sim(SimMachine machine, SimOptions options) implements TargetChoice {

        @Override
        public String label() {
            return new SimTarget(machine, options).machine().caption();
        }
    }

    /** This machine's own kernel. */
    record Host() implements TargetChoice {

        @Override
        public String label() {
            return "host: this machine's own kernel";
        }
    }
}
