package org.schedbook.target.sim;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    static final String KNOWN = "messaging, pipe, hackbench, wakeup, cyclictest, mixed and batch";

    /**
     * A round of a computing loop in {@code batch} and {@code wakeup}, a multiplication through
     * memory: a guess.
     */
    private static final long ROUND_NS = 3;

    /** An operation as stress-ng counts them, with {@code --cpu-method int64}: a guess. */
    private static final long BOGO_OP_NS = 50_000;

    /** What a thread of cyclictest does each time it wakes up: a guess. */
    private static final long NOTE_NS = 5_000;

    /** cyclictest's {@code --distance}: how much longer the interval of each next thread is. */
    private static final long DISTANCE_NS = 500_000;

    /** When {@code mixed} starts cyclictest. */
    private static final long HOGS_ALONE_NS = 1_000_000_000;

    private static final Pattern CYCLICTEST =
            Pattern.compile("cyclictest .*--threads=(\\d+) --interval=(\\d+) --loops=(\\d+) ");

    private static final Pattern HOGS =
            Pattern.compile("stress-ng --cpu (\\d+) --cpu-method int64 --timeout (\\d+) ");

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
        if (line.matches("\\S+/wakeup( \\d{1,6}){4}")) {
            int[] numbers = command.stream().skip(1).mapToInt(Integer::parseInt).toArray();
            return Optional.of(wakeup(numbers[0], numbers[1], numbers[2], numbers[3]));
        }
        Matcher threads = CYCLICTEST.matcher(line);
        Matcher hogs = HOGS.matcher(line);
        if (line.startsWith("sh -c ") && threads.find()) {
            return Optional.of(hogs.find() ? mixed(hogs, threads) : cyclictest(threads));
        }
        return Optional.empty();
    }

    private static SimCommand pipe(int loops) {
        return new SimCommand(SimWorkload.pipe(loops), result -> seconds(result.timeNs()));
    }

    private static SimCommand hackbench(int groups, int loops) {
        return new SimCommand(
                SimWorkload.hackbench(groups, loops),
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

    /** The messenger wakes any worker that has nothing to do, and the first to wait is the next. */
    private static SimCommand wakeup(int messengers, int workers, int requests, int work) {
        SimWorkload.Builder workload = SimWorkload.named("wakeup");
        long total = (long) workers * requests;
        for (int m = 0; m < messengers; m++) {
            int go = workload.pipe(workers, 0);
            int report = workload.pipe(workers, 0);
            var worker = Program.start().loop(requests).receive(go);
            if (work > 0) {
                worker.run(work * ROUND_NS);
            }
            Program program = worker.send(report).end().build();
            for (int w = 0; w < workers; w++) {
                workload.task(TaskSpec.of("worker", program));
            }
            var messenger = Program.start().loop(workers).send(go).end();
            if (requests > 1) {
                messenger.loop(total - workers).receive(report).send(go).end();
            }
            messenger.loop(workers).receive(report).end();
            workload.task(TaskSpec.of("messenger", messenger.build()));
        }
        return new SimCommand(
                workload.build(),
                result ->
                        "{\"requests_per_s\":%s,\"latencies_us\":%s}"
                                .formatted(
                                        rate(messengers * total, result.timeNs()),
                                        histogram(result, "worker")));
    }

    private static SimCommand cyclictest(Matcher threads) {
        SimWorkload.Builder workload = SimWorkload.named("cyclictest");
        addThreads(workload, threads, 0);
        return new SimCommand(workload.build(), SimCommand::cyclictestOutput);
    }

    private static SimCommand mixed(Matcher hogs, Matcher threads) {
        SimWorkload.Builder workload = SimWorkload.named("mixed");
        long untilNs = Integer.parseInt(hogs.group(2)) * 1_000_000_000L;
        for (int i = 0; i < Integer.parseInt(hogs.group(1)); i++) {
            workload.task(TaskSpec.of("hog", Program.start().runUntil(untilNs).build()));
        }
        addThreads(workload, threads, HOGS_ALONE_NS);
        return new SimCommand(
                workload.build(),
                result ->
                        "%s\nstressor: cpu\nbogo-ops-per-second-real-time: %s"
                                .formatted(
                                        cyclictestOutput(result),
                                        rate(hogsRanNs(result) / BOGO_OP_NS, untilNs)));
    }

    private static void addThreads(SimWorkload.Builder workload, Matcher threads, long startNs) {
        long intervalNs = Integer.parseInt(threads.group(2)) * 1_000L;
        int loops = Integer.parseInt(threads.group(3));
        for (int i = 0; i < Integer.parseInt(threads.group(1)); i++) {
            Program program =
                    Program.start()
                            .loop(loops)
                            .period(intervalNs + i * DISTANCE_NS)
                            .run(NOTE_NS)
                            .end()
                            .build();
            workload.task(TaskSpec.of("cyclictest", program).startingAt(startNs));
        }
    }

    private static String cyclictestOutput(SimResult result) {
        return "{\"thread\":{\"0\":{\"histogram\":%s}}}".formatted(histogram(result, "cyclictest"));
    }

    private static long hogsRanNs(SimResult result) {
        return result.tasks().stream()
                .filter(task -> task.comm().equals("hog"))
                .mapToLong(TaskResult::runNs)
                .sum();
    }

    private static String rate(long nr, long ns) {
        return String.format(Locale.ROOT, "%.3f", nr * NS_PER_S / ns);
    }

    /** Returns latencies in µs and their counts, in JSON. */
    private static String histogram(SimResult result, String comm) {
        return result.latencies().stream()
                .filter(latency -> latency.comm().equals(comm))
                .flatMap(latency -> latency.countsByMicros().entrySet().stream())
                .map(entry -> "\"%d\":%d".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
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
