package org.schedbook.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.schedule.Schedule.Wait;

/** CPUs that are idle while a task waits that may use them. */
final class IdleBesideWork {

    /** When a CPU was idle. */
    record Idle(int cpu, long fromNs, long toNs) {}

    /** Returns when CPUs were idle, in the order of the beginnings. */
    static List<Idle> idles(Schedule schedule) {
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

    /** Returns for how long, summed over the CPUs; two that wait for a CPU count once. */
    static long totalNs(Schedule schedule, List<Wait> waits) {
        long total = 0;
        List<Idle> idles = idles(schedule);
        for (int cpu = 0; cpu < schedule.nrCpus(); cpu++) {
            int here = cpu;
            List<Wait> could = waits.stream().filter(wait -> may(schedule, wait, here)).toList();
            int next = 0;
            for (Idle idle : idles) {
                if (idle.cpu != cpu) {
                    continue;
                }
                while (next < could.size() && could.get(next).toNs() <= idle.fromNs) {
                    next++;
                }
                long covered = idle.fromNs;
                for (int i = next; i < could.size() && could.get(i).fromNs() < idle.toNs; i++) {
                    long from = Math.max(covered, could.get(i).fromNs());
                    long to = Math.min(could.get(i).toNs(), idle.toNs);
                    if (to > from) {
                        total += to - from;
                        covered = to;
                    }
                }
            }
        }
        return total;
    }

    /** Returns the first wait during which a CPU was idle that it could have used. */
    static Optional<Wait> first(Schedule schedule, List<Wait> waits) {
        List<Idle> idles = idles(schedule);
        return waits.stream()
                .filter(
                        wait ->
                                idles.stream()
                                        .anyMatch(
                                                idle ->
                                                        idle.fromNs < wait.toNs()
                                                                && idle.toNs > wait.fromNs()
                                                                && may(schedule, wait, idle.cpu)))
                .findFirst();
    }

    static boolean may(Schedule schedule, Wait wait, int cpu) {
        Schedule.Task task = schedule.tasks().get(wait.pid());
        return task == null || task.mayUse(cpu);
    }

    private IdleBesideWork() {}
}
