package org.schedbook.target.sim;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.schedbook.target.sim.SimResult.TaskResult;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/**
 * A command line that the simulator has a model of.
 *
 * @param workload what it makes the machine do
 * @param output what it prints in the end, given how that went
 */
record SimCommand(SimWorkload workload, Function<SimResult, String> output) {

    /** The command lines there are models of, for messages. */
    static final String KNOWN = "messaging, pipe, hackbench and batch";

    /** A round of a computing loop in {@code batch}, a multiplication through memory: a guess. */
    private static final long ROUND_NS = 3;

    private static final double NS_PER_S = 1e9;

    /** Returns the model of a command line; empty if there is none. */
    static Optional<SimCommand> of(List<String> command) {
        String line = String.join(" ", command);
        if (line.startsWith("perf bench -f simple sched messaging -t ")) {
            return both(number(command, "-g"), number(command, "-l"), SimCommand::messaging);
        }
        if (line.startsWith("perf bench -f simple sched pipe ")) {
            return both(number(command, "-l"), OptionalInt.of(0), (loops, _) -> pipe(loops));
        }
        if (line.startsWith("hackbench ")) {
            return both(
                    number(command, "--groups"), number(command, "--loops"), SimCommand::hackbench);
        }
        if (line.matches("\\S+/batch( \\d{1,6}){3}")) {
            int[] numbers = command.stream().skip(1).mapToInt(Integer::parseInt).toArray();
            return Optional.of(batch(numbers[0], numbers[1], numbers[2]));
        }
        return Optional.empty();
    }

    private static SimCommand pipe(int loops) {
        return new SimCommand(SimWorkload.pipe(loops), result -> seconds(result.timeNs()));
    }

    private static SimCommand hackbench(int groups, int loops) {
        return new SimCommand(
                SimWorkload.messaging(groups, loops),
                result -> "Time: " + seconds(result.timeNs()));
    }

    private static SimCommand messaging(int groups, int loops) {
        return new SimCommand(
                SimWorkload.messaging(groups, loops), result -> seconds(result.timeNs()));
    }

    private static SimCommand batch(int jobs, int work, int factor) {
        long jobNs = work * 1000L * ROUND_NS;
        SimWorkload.Builder workload = SimWorkload.named("batch");
        workload.task(TaskSpec.of("long", Program.start().run(jobNs * factor).build()));
        for (int i = 0; i < jobs; i++) {
            workload.task(TaskSpec.of("short", Program.start().run(jobNs).build()));
        }
        return new SimCommand(
                workload.build(),
                result ->
                        "{\"short_s\":%s,\"makespan_s\":%s}"
                                .formatted(seconds(shortNs(result)), seconds(result.timeNs())));
    }

    private static double shortNs(SimResult result) {
        return result.tasks().stream()
                .filter(task -> task.comm().equals("short"))
                .mapToLong(TaskResult::endNs)
                .average()
                .orElse(0);
    }

    private interface Model {
        SimCommand of(int first, int second);
    }

    private static Optional<SimCommand> both(OptionalInt first, OptionalInt second, Model model) {
        return first.isEmpty() || second.isEmpty()
                ? Optional.empty()
                : Optional.of(model.of(first.getAsInt(), second.getAsInt()));
    }

    private static OptionalInt number(List<String> command, String option) {
        int at = command.indexOf(option);
        if (at < 0 || at + 1 == command.size() || !command.get(at + 1).matches("\\d{1,9}")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Integer.parseInt(command.get(at + 1)));
    }

    private static String seconds(double ns) {
        return String.format(Locale.ROOT, "%.9f", ns / NS_PER_S);
    }
}
