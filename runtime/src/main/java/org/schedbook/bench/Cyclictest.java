package org.schedbook.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Histogram;
import org.schedbook.measure.Metric;
import org.schedbook.target.sim.SimModel;

/**
 * {@code cyclictest} of rt-tests: threads that sleep until a set time and note how late they run.
 * They are ordinary threads here: what it is best known for, real-time priority, would take them
 * out of sched_ext's hands.
 *
 * @param threads how many
 * @param intervalUs microseconds from one wake-up to the next, 100 or more
 * @param loops wake-ups of each thread
 */
public record Cyclictest(int threads, int intervalUs, int loops) implements Workload {

    /** Takes about 2 s. */
    static final Cyclictest SMALL = new Cyclictest(4, 4000, 400);

    public Cyclictest {
        Parameters.atLeast(1, "threads", threads);
        Parameters.atLeast(1, "loops", loops);
        Parameters.atLeast(100, "intervalUs", intervalUs);
    }

    @Override
    public String name() {
        return "cyclictest";
    }

    @Override
    public String stresses() {
        return "timer wake-ups on a machine that is otherwise idle";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.less("p99 latency", "µs"),
                Metric.less("median latency", "µs"),
                Metric.less("longest latency", "µs"));
    }

    @Override
    public List<String> command() {
        return List.of(
                "sh",
                "-c",
                "f=$(mktemp); trap 'rm $f' EXIT; " + script(threads, intervalUs, loops));
    }

    /** What it writes in JSON to the file $f goes to standard output; its own table does not. */
    static String script(int threads, int intervalUs, int loops) {
        return ("cyclictest --quiet --policy=other --threads=%d --interval=%d --loops=%d"
                        + " --histogram=200000 --json=$f >/dev/null && cat $f")
                .formatted(threads, intervalUs, loops);
    }

    @Override
    public Optional<SimModel> model() {
        return Optional.of(SimModel.cyclictest(threads, intervalUs, loops));
    }

    @Override
    public Optional<Reading> parse(String output) {
        return latencies(output)
                .map(
                        h ->
                                new Reading(
                                        List.of(
                                                (double) h.percentile(.99),
                                                (double) h.percentile(.5),
                                                (double) h.max()),
                                        Optional.of(h)));
    }

    /** Reads the histograms of all threads as one; what follows the JSON does not matter. */
    static Optional<Histogram> latencies(String output) {
        return Reading.json(output).flatMap(Cyclictest::latencies);
    }

    private static Optional<Histogram> latencies(JsonNode printed) {
        Optional<Histogram> all = Optional.empty();
        for (JsonNode thread : printed.path("thread")) {
            var one = Reading.histogram(thread.path("histogram"));
            all = all.isPresent() && one.isPresent() ? Optional.of(all.get().plus(one.get())) : one;
        }
        return all;
    }
}
