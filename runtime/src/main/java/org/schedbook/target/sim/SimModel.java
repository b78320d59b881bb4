package org.schedbook.target.sim;

import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.schedbook.target.sim.SimResult.TaskResult;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/**
 * What the simulator does in place of a program.
 *
 * @param workload what it makes the machine do
 * @param output what it prints in the end, given how that went
 */
public record SimModel(SimWorkload workload, Function<SimResult, String> output) {

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

    private static final double NS_PER_S = 1e9;

    public static SimModel pipe(int loops) {
        return new SimModel(SimWorkload.pipe(loops), result -> seconds(result.timeNs()));
    }

    public static SimModel hackbench(int groups, int loops) {
        return new SimModel(
                SimWorkload.hackbench(groups, loops),
                result -> "Time: " + seconds(result.timeNs()));
    }

    public static SimModel messaging(int groups, int loops) {
        return new SimModel(
                SimWorkload.messaging(groups, loops), result -> seconds(result.timeNs()));
    }

    public static SimModel batch(int jobs, int work, int factor) {
        long jobNs = work * 1000L * ROUND_NS;
        SimWorkload.Builder workload = SimWorkload.named("batch");
        workload.task(TaskSpec.of("long", Program.start().run(jobNs * factor).build()));
        for (int i = 0; i < jobs; i++) {
            workload.task(TaskSpec.of("short", Program.start().run(jobNs).build()));
        }
        return new SimModel(
                workload.build(),
                result ->
                        "{\"short_s\":%s,\"makespan_s\":%s}"
                                .formatted(seconds(shortNs(result)), seconds(result.timeNs())));
    }

    /** The messenger wakes any worker that has nothing to do, and the first to wait is the next. */
    public static SimModel wakeup(int messengers, int workers, int requests, int work) {
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
        return new SimModel(
                workload.build(),
                result ->
                        "{\"requests_per_s\":%s,\"latencies_us\":%s}"
                                .formatted(
                                        rate(messengers * total, result.timeNs()),
                                        histogram(result, "worker")));
    }

    /** Threads that sleep until a set time, each a little longer than the one before. */
    public static SimModel cyclictest(int threads, int intervalUs, int loops) {
        SimWorkload.Builder workload = SimWorkload.named("cyclictest");
        addThreads(workload, threads, intervalUs, loops, 0);
        return new SimModel(workload.build(), SimModel::cyclictestOutput);
    }

    /** Processes that compute for some seconds, and such threads, which start a second later. */
    public static SimModel mixed(int hogs, int threads, int intervalUs, int loops, int seconds) {
        SimWorkload.Builder workload = SimWorkload.named("mixed");
        long untilNs = seconds * 1_000_000_000L;
        for (int i = 0; i < hogs; i++) {
            workload.task(TaskSpec.of("hog", Program.start().runUntil(untilNs).build()));
        }
        addThreads(workload, threads, intervalUs, loops, HOGS_ALONE_NS);
        return new SimModel(
                workload.build(),
                result ->
                        "%s\nstressor: cpu\nbogo-ops-per-second-real-time: %s"
                                .formatted(
                                        cyclictestOutput(result),
                                        rate(hogsRanNs(result) / BOGO_OP_NS, untilNs)));
    }

    private static void addThreads(
            SimWorkload.Builder workload, int threads, int intervalUs, int loops, long startNs) {
        for (int i = 0; i < threads; i++) {
            Program program =
                    Program.start()
                            .loop(loops)
                            .period(intervalUs * 1_000L + i * DISTANCE_NS)
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

    private static String seconds(double ns) {
        return String.format(Locale.ROOT, "%.9f", ns / NS_PER_S);
    }
}
