package org.schedbook.bench;

import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Metric;

/**
 * Many short processes, some at a time, as a build starts them: each a shell that hashes a file.
 *
 * @param jobs how many in all
 * @param parallel how many at a time
 */
public record Processes(int jobs, int parallel) implements Workload {

    /** Takes about 3 s in an emulated guest with two CPUs. */
    static final Processes SMALL = new Processes(12, 4);

    public Processes {
        Parameters.atLeast(1, "jobs", jobs);
        Parameters.atLeast(1, "parallel", parallel);
    }

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public String stresses() {
        return "processes that start and end, as in a build";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.less("completion time", "s"));
    }

    @Override
    public List<String> command() {
        return List.of(
                "bash",
                "-c",
                "set -o pipefail; TIMEFORMAT=%%R; { time seq %d | xargs -P %d -n 1 sh -c 'sha1sum /bin/bash' >/dev/null; } 2>&1"
                        .formatted(jobs, parallel));
    }

    @Override
    public Optional<Reading> parse(String output) {
        return Reading.number(output);
    }
}
