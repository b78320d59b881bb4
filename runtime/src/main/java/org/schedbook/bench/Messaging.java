package org.schedbook.bench;

import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Metric;
import org.schedbook.target.sim.SimModel;

/**
 * {@code perf bench sched messaging} (hackbench): groups of 20 senders and 20 receivers, threads
 * that pass messages through sockets.
 *
 * @param groups how many groups of 40 threads
 * @param loops how many messages each sender sends to each receiver of its group
 */
public record Messaging(int groups, int loops) implements Workload {

    /** The name the workload is asked for by. */
    public static final String NAME = "messaging";

    /** Takes about 2 s in an emulated guest with two CPUs. */
    public static final Messaging SMALL = new Messaging(4, 100);

    public Messaging {
        Parameters.atLeast(1, "groups", groups);
        Parameters.atLeast(1, "loops", loops);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String stresses() {
        return "wake-ups and switches among many threads";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.less("completion time", "s"));
    }

    @Override
    public List<String> command() {
        return List.of(
                "perf",
                "bench",
                "-f",
                "simple",
                "sched",
                "messaging",
                "-t",
                "-g",
                Integer.toString(groups),
                "-l",
                Integer.toString(loops));
    }

    @Override
    public Optional<SimModel> model() {
        return Optional.of(SimModel.messaging(groups, loops));
    }

    @Override
    public Optional<Reading> parse(String output) {
        return Reading.number(output);
    }
}
