package org.schedbook.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Metric;
import org.schedbook.target.sim.SimModel;

/**
 * How long a woken thread waits for a CPU while others compute: what schbench measures, by a
 * program of our own ({@code runtime/guest/programs/wakeup.c}), as Debian has no schbench.
 *
 * @param messengers threads that wake others
 * @param workers threads that each of them wakes
 * @param requests how many times each worker is woken
 * @param work rounds of a multiplication that a worker computes each time, 0 or more
 */
public record Wakeup(int messengers, int workers, int requests, int work) implements Workload {

    /** Takes about 2 s in an emulated guest with two CPUs. */
    static final Wakeup SMALL = new Wakeup(2, 8, 60, 30_000);

    public Wakeup {
        Parameters.atLeast(1, "messengers", messengers);
        Parameters.atLeast(1, "workers", workers);
        Parameters.atLeast(1, "requests", requests);
        Parameters.atLeast(0, "work", work);
    }

    @Override
    public String name() {
        return "wakeup";
    }

    @Override
    public String stresses() {
        return "how soon a woken thread runs (as schbench does)";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.less("p99 wake-up latency", "µs"),
                Metric.less("median wake-up latency", "µs"),
                Metric.more("requests", "1/s"));
    }

    @Override
    public List<String> command() {
        return List.of(
                Workloads.PROGRAMS + "wakeup",
                Integer.toString(messengers),
                Integer.toString(workers),
                Integer.toString(requests),
                Integer.toString(work));
    }

    @Override
    public Optional<SimModel> model() {
        return Optional.of(SimModel.wakeup(messengers, workers, requests, work));
    }

    @Override
    public Optional<Reading> parse(String output) {
        return Reading.json(output).flatMap(Wakeup::reading);
    }

    private static Optional<Reading> reading(JsonNode printed) {
        JsonNode rate = printed.path("requests_per_s");
        return rate.isNumber()
                ? Reading.histogram(printed.path("latencies_us"))
                        .map(
                                h ->
                                        new Reading(
                                                List.of(
                                                        (double) h.percentile(.99),
                                                        (double) h.percentile(.5),
                                                        rate.asDouble()),
                                                Optional.of(h)))
                : Optional.empty();
    }
}
