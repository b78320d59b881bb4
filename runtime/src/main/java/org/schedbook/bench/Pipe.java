package org.schedbook.bench;

import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Metric;
import org.schedbook.target.sim.SimModel;

/**
 * {@code perf bench sched pipe}: two processes that wake each other by turns, and nothing else.
 *
 * @param loops how many times there and back
 */
public record Pipe(int loops) implements Workload {

    /** Takes about 2 s in an emulated guest with two CPUs. */
    static final Pipe SMALL = new Pipe(5000);

    public Pipe {
        Parameters.atLeast(1, "loops", loops);
    }

    @Override
    public String name() {
        return "pipe";
    }

    @Override
    public String stresses() {
        return "one wake-up after another: the cost of a switch";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.less("completion time", "s"));
    }

    @Override
    public List<String> command() {
        return List.of(
                "perf", "bench", "-f", "simple", "sched", "pipe", "-l", Integer.toString(loops));
    }

    @Override
    public Optional<SimModel> model() {
        return Optional.of(SimModel.pipe(loops));
    }

    @Override
    public Optional<Reading> parse(String output) {
        return Reading.number(output);
    }
}
