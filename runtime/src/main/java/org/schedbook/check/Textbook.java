package org.schedbook.check;

import java.util.List;
import org.schedbook.target.sim.CostModel;
import org.schedbook.target.sim.Program;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimWorkload;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/**
 * A load as textbooks have it, on a machine on which scheduling costs nothing and slices end at
 * ticks of a millisecond.
 *
 * @param what a few words
 * @param load the tasks
 * @param cpus how many CPUs they have
 */
public record Textbook(String what, SimWorkload load, int cpus) {

    private static final long MS = 1_000_000;
    private static final long TICK_NS = MS;
    private static final int EVENTS = 500_000;

    /** Weights of which no task is entitled to more than half of the CPU. */
    private static final List<Integer> WEIGHTS = List.of(100, 200, 300, 400);

    /** The loads that a policy is held to. */
    public static final List<Textbook> ALL =
            List.of(
                    new Textbook("four tasks of weights 1 to 4 on a CPU", weights(), 1),
                    new Textbook("three hogs and two that sleep on a CPU", sleepers(), 1),
                    new Textbook("ten hogs on four CPUs", hogs(10, 1000 * MS), 4));

    private static SimWorkload weights() {
        var load = SimWorkload.named("weights");
        for (int weight : WEIGHTS) {
            load.task(TaskSpec.of("w" + weight, hog()).withWeight(weight));
        }
        return load.endingAt(2000 * MS).build();
    }

    private static SimWorkload sleepers() {
        var load = SimWorkload.named("sleepers");
        for (int i = 1; i <= 3; i++) {
            load.task(TaskSpec.of("hog" + i, hog()));
        }
        Program sleeper = Program.start().forever().run(MS).sleep(19 * MS).end().build();
        for (int i = 1; i <= 2; i++) {
            load.task(TaskSpec.of("sleeper" + i, sleeper));
        }
        return load.endingAt(2000 * MS).build();
    }

    private static SimWorkload hogs(int nr, long endNs) {
        var load = SimWorkload.named("hogs");
        for (int i = 1; i <= nr; i++) {
            load.task(TaskSpec.of("hog" + i, hog()));
        }
        return load.endingAt(endNs).build();
    }

    private static Program hog() {
        return Program.start().forever().run(100 * MS).end().build();
    }

    public SimMachine machine() {
        return SimMachine.flat(cpus).withCosts(CostModel.FREE).withTickNs(TICK_NS);
    }

    public static SimOptions options() {
        return SimOptions.DEFAULT.withTrace(EVENTS);
    }
}
