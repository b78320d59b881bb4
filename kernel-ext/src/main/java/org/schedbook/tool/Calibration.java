package org.schedbook.tool;

import java.util.LinkedHashMap;
import java.util.Map;
import org.schedbook.bench.Hackbench;
import org.schedbook.bench.Messaging;
import org.schedbook.bench.Pipe;
import org.schedbook.bench.Workload;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.target.sim.CostModel;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimOptions.Mode;
import org.schedbook.target.sim.Simulation;

/**
 * Costs of a machine with one CPU, from four figures measured there:
 *
 * <ul>
 *   <li>a system call costs what makes hackbench, which uses pipes, as slow as it is under FIFO in
 *       user space;
 *   <li>a socket costs what makes messaging as slow as it is there;
 *   <li>what the loop in user space does costs as many times its guess as makes one pipe as slow as
 *       it is there;
 *   <li>all else that the kernel does costs as many times the guess of {@link
 *       CostModel#UNCALIBRATED} as makes that pipe as slow as it is under the kernel's own
 *       scheduler, which has no model here: with one task that can run, it does what FIFO does.
 * </ul>
 *
 * So the guesses still say how costs relate within the kernel and within user space. An emulated
 * machine has no caches, so moving and refilling costs nothing there.
 */
final class Calibration {

    /** What is measured; the times are in seconds. */
    record Measured(
            double hackbenchUnderFifo,
            double messagingUnderFifo,
            double pipeUnderEevdf,
            double pipeUnderFifo) {}

    static final Hackbench HACKBENCH = new Hackbench(1, 50);
    static final Messaging MESSAGING = new Messaging(1, 50);
    static final Pipe PIPE = new Pipe(4000);

    /** Costs in the kernel that are scaled together. */
    private static final Map<String, Long> KERNEL =
            Map.of(
                    "contextSwitchNs", CostModel.UNCALIBRATED.contextSwitchNs(),
                    "wakeupNs", CostModel.UNCALIBRATED.wakeupNs(),
                    "ipiNs", CostModel.UNCALIBRATED.ipiNs(),
                    "idleExitNs", CostModel.UNCALIBRATED.idleExitNs(),
                    "tickNs", CostModel.UNCALIBRATED.tickNs(),
                    "callbackNs", CostModel.UNCALIBRATED.callbackNs());

    private static final Map<String, Long> SYSCALL =
            Map.of("syscallNs", CostModel.UNCALIBRATED.syscallNs());

    private static final Map<String, Long> SOCKET =
            Map.of("socketNs", CostModel.UNCALIBRATED.socketNs());

    private static final Map<String, Long> USER_SPACE =
            Map.of(
                    "recordNs", CostModel.UNCALIBRATED.recordNs(),
                    "roundNs", CostModel.UNCALIBRATED.roundNs());

    private static final String[] CACHES = {
        "migrateCoreNs", "migrateLlcNs", "migrateNodeNs", "migrateRemoteNs", "cacheRefillNs"
    };

    /** In hundredths. */
    private static final long LARGEST_FACTOR = 100_000;

    /** Each figure depends on more than one cost; after so many turns they stay. */
    private static final int TURNS = 5;

    private final CompiledPolicy fifo;
    private final boolean emulated;

    Calibration(CompiledPolicy fifo, boolean emulated) {
        this.fifo = fifo;
        this.emulated = emulated;
    }

    /** Returns the costs with which the simulator comes nearest to what was measured. */
    CostModel solve(Measured measured, String provenance) {
        CostModel costs = caches(CostModel.UNCALIBRATED.with(Map.of(), provenance));
        for (int turn = 0; turn < TURNS; turn++) {
            costs = fit(costs, KERNEL, PIPE, Mode.KERNEL, measured.pipeUnderEevdf());
            costs = fit(costs, USER_SPACE, PIPE, Mode.USER_SPACE, measured.pipeUnderFifo());
            costs = fit(costs, SYSCALL, HACKBENCH, Mode.USER_SPACE, measured.hackbenchUnderFifo());
        }
        return fit(costs, SOCKET, MESSAGING, Mode.USER_SPACE, measured.messagingUnderFifo());
    }

    /** Scales some of the costs so that the workload takes as long as it does. */
    private CostModel fit(
            CostModel costs,
            Map<String, Long> guesses,
            Workload workload,
            Mode mode,
            double wanted) {
        return scaled(
                costs,
                guesses,
                Fit.nearest(
                        hundredths ->
                                seconds(fifo, workload, scaled(costs, guesses, hundredths), mode),
                        wanted,
                        1,
                        LARGEST_FACTOR));
    }

    private CostModel caches(CostModel costs) {
        if (!emulated) {
            return costs;
        }
        var none = new LinkedHashMap<String, Long>();
        for (String cache : CACHES) {
            none.put(cache, 0L);
        }
        return costs.with(none, costs.provenance());
    }

    private static CostModel scaled(CostModel costs, Map<String, Long> guesses, long hundredths) {
        var scaled = new LinkedHashMap<String, Long>();
        guesses.forEach((name, guess) -> scaled.put(name, Math.max(1, guess * hundredths / 100)));
        return costs.with(scaled, costs.provenance());
    }

    /** Returns what a workload's headline metric is on a simulated machine with one CPU. */
    static double seconds(CompiledPolicy policy, Workload workload, CostModel costs, Mode mode) {
        var workloadModel = workload.model().orElseThrow().workload();
        try {
            return Simulation.run(
                                    policy.newPolicy(),
                                    workloadModel,
                                    SimMachine.flat(1).withCosts(costs),
                                    SimOptions.DEFAULT.withMode(mode))
                            .timeNs()
                    / 1e9;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("policies that come with Schedbook can be made", e);
        }
    }
}
