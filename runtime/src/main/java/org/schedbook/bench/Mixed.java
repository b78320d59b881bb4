package org.schedbook.bench;

import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Metric;
import org.schedbook.target.sim.SimModel;

/**
 * Processes that only compute (stress-ng) beside threads that sleep and want to run at once
 * (cyclictest). A scheduler can be good to either at the cost of the other, so both are measured.
 *
 * @param hogs processes that compute
 * @param threads threads that sleep and wake
 * @param intervalUs microseconds from one wake-up to the next, 100 or more
 * @param seconds how long the hogs run, 2 or more
 */
public record Mixed(int hogs, int threads, int intervalUs, int seconds) implements Workload {

    static final Mixed SMALL = new Mixed(4, 2, 10_000, 4);

    public Mixed {
        Parameters.atLeast(1, "hogs", hogs);
        Parameters.atLeast(1, "threads", threads);
        Parameters.atLeast(100, "intervalUs", intervalUs);
        Parameters.atLeast(2, "seconds", seconds);
    }

    @Override
    public String name() {
        return "mixed";
    }

    @Override
    public String stresses() {
        return "interactive threads among CPU hogs: latency against throughput";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.less("p99 latency", "µs"),
                Metric.less("median latency", "µs"),
                Metric.more("work of the hogs", "1/s"));
    }

    /** The threads are done half a second before the hogs. */
    private int loops() {
        return Math.max(1, (seconds * 1000 - 1500) * 1000 / intervalUs);
    }

    /** The hogs get a second to start, and end a little after the others. */
    @Override
    public List<String> command() {
        return List.of(
                "sh",
                "-c",
                ("f=$(mktemp) r=$(mktemp); trap 'rm $f $r' EXIT; stress-ng --cpu %d --cpu-method int64"
                                + " --timeout %d --metrics-brief --yaml $r >/dev/null 2>&1 & sleep 1;"
                                + " %s && wait && cat $r")
                        .formatted(hogs, seconds, Cyclictest.script(threads, intervalUs, loops())));
    }

    @Override
    public Optional<SimModel> model() {
        return Optional.of(SimModel.mixed(hogs, threads, intervalUs, loops(), seconds));
    }

    @Override
    public Optional<Reading> parse(String output) {
        Double rate = StressYaml.rates(output).get("cpu");
        return rate == null
                ? Optional.empty()
                : Cyclictest.latencies(output)
                        .map(
                                h ->
                                        new Reading(
                                                List.of(
                                                        (double) h.percentile(.99),
                                                        (double) h.percentile(.5),
                                                        rate),
                                                Optional.of(h)));
    }
}
