package org.schedbook.bench;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.schedbook.measure.Metric;
import org.schedbook.target.sim.SimModel;

/**
 * {@code hackbench} of rt-tests with processes and pipes, where messaging has threads and sockets.
 *
 * @param groups how many groups of 40 processes
 * @param loops how many messages each sender sends to each receiver of its group
 */
public record Hackbench(int groups, int loops) implements Workload {

    /** Takes about 2 s in an emulated guest with two CPUs. */
    static final Hackbench SMALL = new Hackbench(2, 100);

    private static final Pattern TIME = Pattern.compile("(?m)^Time: ([\\d.]+)$");

    public Hackbench {
        Parameters.atLeast(1, "groups", groups);
        Parameters.atLeast(1, "loops", loops);
    }

    @Override
    public String name() {
        return "hackbench";
    }

    @Override
    public String stresses() {
        return "wake-ups and switches among many processes, with changes of address space";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.less("completion time", "s"));
    }

    @Override
    public List<String> command() {
        return List.of(
                "hackbench",
                "--process",
                "--pipe",
                "--groups",
                Integer.toString(groups),
                "--loops",
                Integer.toString(loops));
    }

    @Override
    public Optional<SimModel> model() {
        return Optional.of(SimModel.hackbench(groups, loops));
    }

    @Override
    public Optional<Reading> parse(String output) {
        var time = TIME.matcher(output);
        return time.find() ? Reading.number(time.group(1)) : Optional.empty();
    }
}
