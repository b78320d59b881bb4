package org.schedbook.target.sim;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.harness.NotMadeException;
import org.schedbook.harness.PolicyFault;
import org.schedbook.target.TargetContract;
import org.schedbook.target.sim.SimOptions.Mode;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/** The simulator, with the policy in the kernel and in user space. */
class SimContractTest {

    @Nested
    class InKernelTest extends Simulated {
        InKernelTest() {
            super(Mode.KERNEL);
        }
    }

    @Nested
    class InUserSpaceTest extends Simulated {
        InUserSpaceTest() {
            super(Mode.USER_SPACE);
        }
    }

    private abstract static class Simulated extends TargetContract {

        private static final long MS = 1_000_000;

        private final SimOptions options;

        Simulated(Mode mode) {
            // A policy that hands nothing out is asked four million times.
            options = SimOptions.DEFAULT.withMode(mode).withDeadline(Duration.ofSeconds(60));
        }

        @Override
        protected Ran run(PolicySource source, CompiledPolicy policy, Load load, End awaited) {
            SimResult result;
            try {
                result =
                        Simulation.run(
                                policy.mainClass(),
                                policy::newPolicy,
                                tasks(load),
                                SimMachine.flat(2),
                                options);
            } catch (NotMadeException e) {
                String why = "could not be created: " + e.getMessage();
                return new Ran(End.REFUSED, Map.of(), List.of(why), why);
            }
            End end =
                    switch (result.outcome()) {
                        case COMPLETED -> End.STAYED;
                        case INIT_FAILED -> End.REFUSED;
                        default -> result.timeNs() == 0 ? End.REFUSED : End.ENDED;
                    };
            return new Ran(
                    end,
                    result.counters(),
                    result.faults().stream().map(PolicyFault::sentence).toList(),
                    end == End.STAYED ? "" : result.exit().reason());
        }

        private static SimWorkload tasks(Load heavy) {
            var load = SimWorkload.named("contract");
            int rounds = heavy == Load.HEAVY ? 200 : 10;
            Program hog = Program.start().loop(4).run(30 * MS).sleep(MS).end().build();
            Program sleeper = Program.start().loop(rounds).run(MS / 10).sleep(MS).end().build();
            for (int i = 0; i < 4; i++) {
                load.task(TaskSpec.of("hog", hog));
                load.task(TaskSpec.of("pinned", hog).onCpus(0));
                load.task(TaskSpec.of("sleeper", sleeper));
                load.task(TaskSpec.of("sleeper", sleeper));
            }
            return load.build();
        }

        @Override
        protected Map<String, Difference> differences() {
            return Map.of();
        }
    }
}
