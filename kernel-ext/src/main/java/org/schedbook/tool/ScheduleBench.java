package org.schedbook.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.view.ScheduleChart;
import org.schedbook.view.ScheduleChart.Labelled;
import picocli.CommandLine.Command;

/**
 * Measures what a schedule of a million events costs: {@code ./schedbook bench schedule}. Prints
 * one JSON object a line, with the median as value and the extremes as low and high.
 *
 * <ul>
 *   <li>{@code schedule.build}: putting it together from its events
 *   <li>{@code schedule.memory}: what it then holds
 *   <li>{@code schedule.timeline}: the bundle that {@code %timeline} shows of it
 *   <li>{@code schedule.timeline.whole}: the same of {@code %timeline --whole --tasks}
 * </ul>
 */
@Command(
        name = "bench-schedule",
        description = "Measures what a schedule of a million events costs.")
final class ScheduleBench implements Callable<Integer> {

    private static final int EVENTS = 1_000_000;
    private static final int TASKS = 1000;
    private static final int CPUS = 8;
    private static final int SLICE_NS = 100_000;
    private static final int WARM_UP = 3;
    private static final int RUNS = 9;

    private Schedule schedule;

    @Override
    public Integer call() {
        Row.print("schedule.build", "s", times(() -> schedule = build()));
        schedule = null;
        long before = used();
        schedule = build();
        Row.print("schedule.memory", "MB", List.of((used() - before) / 1e6));
        var plain = ScheduleChart.of(new Labelled("", schedule));
        Row.print(
                "schedule.timeline",
                "s",
                times(() -> plain.timeline("a million events", "").bundle()));
        var whole =
                new ScheduleChart(
                        List.of(new Labelled("", schedule)),
                        0,
                        Optional.empty(),
                        true,
                        true,
                        false);
        Row.print(
                "schedule.timeline.whole",
                "s",
                times(() -> whole.timeline("a million events", "").bundle()));
        return 0;
    }

    /** Of five events two are starts, two stops, and one a wake-up. */
    private static Schedule build() {
        var schedule = new Schedule.Builder();
        for (int pid = 1; pid <= TASKS; pid++) {
            schedule.task(pid, pid % 2 == 0 ? "sender" : "receiver", 100);
        }
        int pid = 0;
        for (int turn = 0; turn < EVENTS / 5 / CPUS * 2; turn++) {
            long time = (long) turn * SLICE_NS;
            int first = pid;
            for (int cpu = 0; cpu < CPUS; cpu++) {
                int next = pid++ % TASKS + 1;
                if (next % 2 == 0) {
                    schedule.wakes(time, cpu, next, next - 1);
                }
                schedule.starts(time, cpu, next);
            }
            for (int cpu = 0; cpu < CPUS; cpu++) {
                int running = (first + cpu) % TASKS + 1;
                schedule.stops(
                        time + SLICE_NS,
                        cpu,
                        running,
                        running % 2 == 0 ? End.SLEPT : End.PREEMPTED);
            }
        }
        return schedule.build("made up", CPUS, 0);
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static List<Double> times(Runnable way) {
        var times = new ArrayList<Double>();
        for (int i = 0; i < WARM_UP + RUNS; i++) {
            long start = System.nanoTime();
            way.run();
            if (i >= WARM_UP) {
                times.add((System.nanoTime() - start) / 1e9);
            }
        }
        return times;
    }
}
