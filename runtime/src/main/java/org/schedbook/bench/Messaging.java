package org.schedbook.bench;

import java.util.List;
import java.util.Optional;

/**
 * {@code perf bench sched messaging} (hackbench): groups of 20 senders and 20 receivers, threads
 * that pass messages through sockets. Stresses wake-ups and context switches.
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
        if (groups < 1 || loops < 1) {
            throw new IllegalArgumentException("groups and loops are 1 or more");
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String metric() {
        return "completion time";
    }

    @Override
    public String unit() {
        return "s";
    }

    @Override
    public boolean lowerIsBetter() {
        return true;
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
    public Optional<Double> parse(String output) {
        try {
            return Optional.of(Double.parseDouble(output.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
