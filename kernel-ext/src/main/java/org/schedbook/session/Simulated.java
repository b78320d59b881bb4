package org.schedbook.session;

import java.util.List;
import java.util.stream.Collectors;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.SimTarget;

/**
 * What {@code %sim} returns: one workload, simulated under some policies.
 *
 * @param workload as it was asked for
 * @param machine the machine it was simulated on
 * @param options how
 * @param results what came of it, in the order of {@code policies}
 */
public record Simulated(
        String workload,
        SimMachine machine,
        SimOptions options,
        List<String> policies,
        List<SimResult> results) {

    /**
     * Events that a simulation keeps for {@code %timeline} and {@code %why}: enough for the first
     * seconds of most workloads; an event takes 32 bytes.
     */
    public static final int TRACE = 500_000;

    /** Returns one line for captions. */
    public String caption() {
        boolean usual = machine.tickNs() == SimMachine.TICK_250_HZ_NS;
        return "Simulated: %s on %s;%s seed %d."
                .formatted(
                        workload,
                        new SimTarget(machine, options).machine().caption(),
                        usual ? "" : " a tick every %s ms;".formatted(machine.tickNs() / 1e6),
                        options.seed());
    }

    /**
     * Returns the result of a policy, the last one's if the name is null; null if there is none.
     */
    public SimResult of(String policy) {
        int index = policy == null ? results.size() - 1 : policies.indexOf(policy);
        return index < 0 ? null : results.get(index);
    }

    @Override
    public String toString() {
        return policies.stream().collect(Collectors.joining(", ", workload + " under ", ""));
    }
}
