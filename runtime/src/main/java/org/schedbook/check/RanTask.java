package org.schedbook.check;

import java.util.List;
import java.util.TreeSet;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.schedule.Schedule.Wait;

/** What a task had of a schedule. Times are in ms, and such as {@link #firstRunMs} from 0 on. */
public final class RanTask {

    private static final double NS_PER_MS = 1e6;

    private final String name;
    private final Schedule schedule;
    private final Schedule.Task task;
    private final List<Run> turns;
    private final List<Wait> waits;

    RanTask(String name, Schedule schedule, Schedule.Task task, List<Run> turns, List<Wait> waits) {
        this.name = name;
        this.schedule = schedule;
        this.task = task;
        this.turns = turns;
        this.waits = waits;
    }

    public String name() {
        return name;
    }

    public int pid() {
        return task.pid();
    }

    public int weight() {
        return task.weight();
    }

    /** Returns when it was first there to run. */
    public double arrivalMs() {
        long woken =
                schedule.wakes().stream()
                        .filter(each -> each.pid() == task.pid())
                        .mapToLong(Schedule.Wake::timeNs)
                        .findFirst()
                        .orElse(Long.MAX_VALUE);
        long ran = turns.isEmpty() ? Long.MAX_VALUE : turns.getFirst().fromNs();
        if (Math.min(woken, ran) == Long.MAX_VALUE) {
            throw never("arrived");
        }
        return Math.min(woken, ran) / NS_PER_MS;
    }

    /** Returns when it first had a CPU; fails if it never had. */
    public double firstRunMs() {
        if (turns.isEmpty()) {
            throw never("run");
        }
        return turns.getFirst().fromNs() / NS_PER_MS;
    }

    /** Returns the time from its arrival to its first run. */
    public double responseMs() {
        return firstRunMs() - arrivalMs();
    }

    public boolean hasEnded() {
        return !turns.isEmpty() && turns.getLast().end() == End.ENDED;
    }

    /** Returns when it ended; fails if it had not when the run ended. */
    public double endMs() {
        if (!hasEnded()) {
            throw never("ended");
        }
        return turns.getLast().toNs() / NS_PER_MS;
    }

    /** Returns the time from its arrival to its end; fails if it did not end. */
    public double turnaroundMs() {
        return endMs() - arrivalMs();
    }

    /** Returns how long it had a CPU. */
    public double runMs() {
        return turns.stream().mapToLong(Run::ns).sum() / NS_PER_MS;
    }

    /** Returns how long it could run and did not. */
    public double waitMs() {
        return waits.stream().mapToLong(Wait::ns).sum() / NS_PER_MS;
    }

    /** Returns the longest time at a stretch for which it could run and did not. */
    public double longestWaitMs() {
        return waits.stream().mapToLong(Wait::ns).max().orElse(0) / NS_PER_MS;
    }

    /** Returns its part of all the time that tasks had CPUs, from 0 to 1. */
    public double share() {
        long all = schedule.runs().stream().mapToLong(Run::ns).sum();
        return all == 0 ? 0 : runMs() * NS_PER_MS / all;
    }

    /** Returns the CPUs that it ran on. */
    public TreeSet<Integer> cpus() {
        var cpus = new TreeSet<Integer>();
        turns.forEach(run -> cpus.add(run.cpu()));
        return cpus;
    }

    /** Returns how often it ran on another CPU than before. */
    public int migrations() {
        return (int) turns.stream().filter(Run::moved).count();
    }

    /** Returns how often it was given a CPU. */
    public int turns() {
        return turns.size();
    }

    /** Returns its longest time on a CPU at a stretch. */
    public double longestTurnMs() {
        return turns.stream().mapToLong(Run::ns).max().orElse(0) / NS_PER_MS;
    }

    List<Wait> waits() {
        return waits;
    }

    List<Run> runs() {
        return turns;
    }

    private CheckFailed never(String what) {
        return new CheckFailed(
                Failure.of(
                        "%s had not %s when the run ended, at %s ms."
                                .formatted(
                                        name, what, Bound.number(schedule.endNs() / NS_PER_MS))));
    }

    @Override
    public String toString() {
        return "%s: ran %s ms, waited %s ms"
                .formatted(name, Bound.number(runMs()), Bound.number(waitMs()));
    }
}
