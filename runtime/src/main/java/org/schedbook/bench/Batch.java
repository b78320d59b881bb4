package org.schedbook.bench;

import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Metric;
import org.schedbook.target.sim.SimModel;

/**
 * Many short jobs and a long one, all released at once: who lets the long one run through makes the
 * others wait. The program is our own ({@code runtime/guest/programs/batch.c}).
 *
 * @param jobs how many short ones
 * @param work what each computes, in thousands of multiplications
 * @param factor how many times as much the long one computes
 */
public record Batch(int jobs, int work, int factor) implements Workload {

    /** Takes about 2 s in an emulated guest with two CPUs. */
    static final Batch SMALL = new Batch(40, 1000, 50);

    public Batch {
        Parameters.atLeast(1, "jobs", jobs);
        Parameters.atLeast(1, "work", work);
        Parameters.atLeast(1, "factor", factor);
    }

    @Override
    public String name() {
        return "batch";
    }

    @Override
    public String stresses() {
        return "many short jobs and a long one";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.less("mean completion time of the short jobs", "s"),
                Metric.less("time to the end of all", "s"));
    }

    @Override
    public List<String> command() {
        return List.of(
                Workloads.PROGRAMS + "batch",
                Integer.toString(jobs),
                Integer.toString(work),
                Integer.toString(factor));
    }

    @Override
    public Optional<SimModel> model() {
        return Optional.of(SimModel.batch(jobs, work, factor));
    }

    @Override
    public Optional<Reading> parse(String output) {
        return Reading.json(output)
                .filter(o -> o.path("short_s").isNumber() && o.path("makespan_s").isNumber())
                .map(
                        o ->
                                Reading.of(
                                        o.path("short_s").asDouble(),
                                        o.path("makespan_s").asDouble()));
    }
}
