package org.schedbook.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.schedule.Schedule.Wait;

/** CPUs that are idle while a task waits that may use them. */
final class IdleBesideWork {

    /** When a CPU was idle. */
    record Idle(int cpu, long fromNs, long toNs) {

        long ns() {
            return toNs - fromNs;
        }
    }

    /** Returns when CPUs were idle, in the order of the beginnings. */
    private static List<Idle> idles(Schedule schedule) {
        var idles = new ArrayList<Idle>();
        long[] since = new long[schedule.nrCpus()];
        for (Run run : schedule.runs()) {
            if (run.fromNs() > since[run.cpu()]) {
                idles.add(new Idle(run.cpu(), since[run.cpu()], run.fromNs()));
            }
            since[run.cpu()] = run.end() == End.GOES_ON ? schedule.endNs() : run.toNs();
        }
        for (int cpu = 0; cpu < since.length; cpu++) {
            if (since[cpu] < schedule.endNs()) {
                idles.add(new Idle(cpu, since[cpu], schedule.endNs()));
            }
        }
        idles.sort(Comparator.comparingLong(Idle::fromNs));
        return idles;
    }

    /**
     * Returns when a CPU was idle while a task waited, the same one or one after another, that may
     * use it. In the order of the beginnings.
     */
    static List<Idle> besideWork(Schedule schedule, List<Wait> waits) {
        var found = new ArrayList<Idle>();
        var idles = new TreeMap<Integer, List<Idle>>();
        idles(schedule).forEach(i -> idles.computeIfAbsent(i.cpu, _ -> new ArrayList<>()).add(i));
        idles.forEach(
                (cpu, ofCpu) -> {
                    List<Idle> work = work(schedule, waits, cpu);
                    int next = 0;
                    for (Idle idle : ofCpu) {
                        while (next < work.size() && work.get(next).toNs <= idle.fromNs) {
                            next++;
                        }
                        for (int i = next; i < work.size(); i++) {
                            long from = Math.max(idle.fromNs, work.get(i).fromNs);
                            long to = Math.min(idle.toNs, work.get(i).toNs);
                            if (from >= to) {
                                break;
                            }
                            found.add(new Idle(cpu, from, to));
                        }
                    }
                });
        found.sort(Comparator.comparingLong(Idle::fromNs));
        return found;
    }

    /** Returns when there was something that a CPU could have run. */
    private static List<Idle> work(Schedule schedule, List<Wait> waits, int cpu) {
        var work = new ArrayList<Idle>();
        for (Wait wait : waits) {
            if (!may(schedule, wait, cpu)) {
                continue;
            }
            Idle before = work.isEmpty() ? null : work.getLast();
            if (before == null || wait.fromNs() > before.toNs) {
                work.add(new Idle(cpu, wait.fromNs(), wait.toNs()));
            } else if (wait.toNs() > before.toNs) {
                work.set(work.size() - 1, new Idle(cpu, before.fromNs, wait.toNs()));
            }
        }
        return work;
    }

    /** Returns for how long, summed over the CPUs; two that wait for a CPU count once. */
    static long totalNs(Schedule schedule, List<Wait> waits) {
        return besideWork(schedule, waits).stream().mapToLong(Idle::ns).sum();
    }

    /** Returns the first wait during which a CPU was idle that it could have used. */
    static Optional<Wait> first(Schedule schedule, List<Wait> waits) {
        return besideWork(schedule, waits).stream()
                .findFirst()
                .map(idle -> waiting(schedule, waits, idle));
    }

    /** Returns who waited when a CPU began to be idle beside work. */
    static Wait waiting(Schedule schedule, List<Wait> waits, Idle idle) {
        return waits.stream()
                .filter(wait -> wait.fromNs() <= idle.fromNs && wait.toNs() > idle.fromNs)
                .filter(wait -> may(schedule, wait, idle.cpu))
                .findFirst()
                .orElseThrow();
    }

    private static boolean may(Schedule schedule, Wait wait, int cpu) {
        Schedule.Task task = schedule.tasks().get(wait.pid());
        return task == null || task.mayUse(cpu);
    }

    private IdleBesideWork() {}
}
