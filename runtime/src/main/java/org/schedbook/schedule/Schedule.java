package org.schedbook.schedule;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who ran where and when, who woke whom, and who waited. Times begin at 0.
 *
 * @param source where it comes from, such as {@code simulated}
 * @param nrCpus how many CPUs there are
 * @param endNs when it ends
 * @param tasks the tasks it tells of, by number; whoever runs or is woken is one of them
 * @param runs in the order of their starts
 * @param wakes in the order of time
 * @param inserts where a policy put tasks, in the order of time; none where that is not known
 * @param gaps what is missing, each in a few words; empty if nothing is
 * @param partial whether others ran, too, of which it does not tell: a CPU without a run may have
 *     been busy
 */
public record Schedule(
        String source,
        int nrCpus,
        long endNs,
        Map<Integer, Task> tasks,
        List<Run> runs,
        List<Wake> wakes,
        List<Insert> inserts,
        List<String> gaps,
        boolean partial) {

    /** A weight that is not known. */
    public static final int NO_WEIGHT = 0;

    /** A process that is not known. */
    public static final int NO_TGID = 0;

    /** Why a task left a CPU. */
    public enum End {
        /** It would have gone on. */
        PREEMPTED,
        SLEPT,
        ENDED,
        /** It had not left when the schedule ended. */
        GOES_ON
    }

    /**
     * A task.
     *
     * @param comm its name; several may have the same
     * @param weight 100 is nice 0; {@link #NO_WEIGHT} if it is not known
     * @param tgid the process it belongs to, {@link #NO_TGID} if it is not known
     * @param cpus the CPUs it may use; any if empty, or if it is not known
     */
    public record Task(int pid, String comm, int weight, int tgid, List<Integer> cpus) {

        public Task {
            cpus = List.copyOf(cpus);
        }

        private static Task unknown(int pid) {
            return new Task(pid, "task", NO_WEIGHT, NO_TGID, List.of());
        }

        /** Returns whether it may use a CPU, as far as that is known. */
        public boolean mayUse(int cpu) {
            return cpus.isEmpty() || cpus.contains(cpu);
        }

        @Override
        public String toString() {
            return comm + " " + pid;
        }
    }

    /**
     * One stretch of a task on a CPU.
     *
     * @param moved whether the task ran on another CPU before
     */
    public record Run(int cpu, int pid, long fromNs, long toNs, boolean moved, End end) {

        public long ns() {
            return toNs - fromNs;
        }
    }

    /**
     * A task became able to run.
     *
     * @param waker the task that woke it, 0 for none
     */
    public record Wake(long timeNs, int cpu, int pid, int waker) {}

    /**
     * A policy put a task into a DSQ.
     *
     * @param byVtime whether that is ordered by vtime, and the vtime is known
     */
    public record Insert(
            long timeNs, int pid, long dsq, long sliceNs, boolean byVtime, long vtime) {

        /** Returns the same at another time. */
        public Insert at(long ns) {
            return new Insert(ns, pid, dsq, sliceNs, byVtime, vtime);
        }
    }

    /** A task could run and did not; it had not begun to at the end if {@code ended} is false. */
    public record Wait(int pid, long fromNs, long toNs, boolean ended) {

        public long ns() {
            return toNs - fromNs;
        }
    }

    public Schedule {
        tasks = withAll(tasks, runs, wakes);
        runs = List.copyOf(runs);
        wakes = List.copyOf(wakes);
        inserts = List.copyOf(inserts);
        gaps = List.copyOf(gaps);
    }

    /** Who runs or is woken is a task, even if no more is known of it. */
    private static Map<Integer, Task> withAll(
            Map<Integer, Task> told, List<Run> runs, List<Wake> wakes) {
        var all = new HashMap<>(told);
        runs.forEach(run -> all.computeIfAbsent(run.pid(), Task::unknown));
        wakes.forEach(wake -> all.computeIfAbsent(wake.pid(), Task::unknown));
        return Map.copyOf(all);
    }

    /** Returns how a task is called: its name and its number. */
    public String name(int pid) {
        Task task = tasks.get(pid);
        return task == null ? "task " + pid : task.toString();
    }

    /** Returns what there is, one line: all of it may be a million lines. */
    @Override
    public String toString() {
        return "Schedule, %s: %d tasks, %d runs on %d CPUs in %.3f ms%s"
                .formatted(
                        source,
                        tasks.size(),
                        runs.size(),
                        nrCpus,
                        endNs / 1e6,
                        gaps.isEmpty() ? "" : "; missing: " + String.join("; ", gaps));
    }

    /** Returns for how long each task ran. */
    public Map<Integer, Long> ranNs() {
        var ran = new TreeMap<Integer, Long>();
        tasks.keySet().forEach(pid -> ran.put(pid, 0L));
        runs.forEach(run -> ran.merge(run.pid(), run.ns(), Long::sum));
        return ran;
    }

    /**
     * Returns when tasks could run and did not: from when they were woken, or lost their CPU, to
     * when they had one. In the order of the beginnings.
     */
    public List<Wait> waits() {
        var latest = new HashMap<Integer, Latest>();
        var waits = new ArrayList<Wait>();
        int wake = 0;
        for (Run run : runs) {
            for (; wake < wakes.size() && wakes.get(wake).timeNs() <= run.fromNs(); wake++) {
                latest(latest, wakes.get(wake).pid()).wakes(wakes.get(wake).timeNs());
            }
            Latest task = latest(latest, run.pid());
            long from = task.waitsFrom();
            if (from == Latest.NEVER && task.wokenMeanwhile) {
                // It was woken when it had decided to sleep, and nobody woke it afterwards.
                from = task.run.toNs();
            }
            if (from != Latest.NEVER && from < run.fromNs()) {
                waits.add(new Wait(run.pid(), from, run.fromNs(), true));
            }
            task.runs(run);
        }
        for (; wake < wakes.size(); wake++) {
            latest(latest, wakes.get(wake).pid()).wakes(wakes.get(wake).timeNs());
        }
        latest.forEach(
                (pid, task) -> {
                    long from = task.waitsFrom();
                    if (from != Latest.NEVER && from < endNs) {
                        waits.add(new Wait(pid, from, endNs, false));
                    }
                });
        waits.sort(Comparator.comparingLong(Wait::fromNs).thenComparingLong(Wait::toNs));
        return waits;
    }

    private static Latest latest(Map<Integer, Latest> tasks, int pid) {
        return tasks.computeIfAbsent(pid, _ -> new Latest());
    }

    /** What a task did last. */
    private static final class Latest {

        private static final long NEVER = -1;

        private Run run;
        private long wokenNs = NEVER;
        private boolean wokenMeanwhile;

        private void runs(Run next) {
            run = next;
            wokenNs = NEVER;
            wokenMeanwhile = false;
        }

        private void wakes(long timeNs) {
            if (run != null && timeNs < run.toNs()) {
                wokenMeanwhile = true;
            } else if (wokenNs == NEVER) {
                wokenNs = timeNs;
            }
        }

        private long waitsFrom() {
            return run != null && run.end() == End.PREEMPTED ? run.toNs() : wokenNs;
        }
    }

    /**
     * Returns the part between two times, which begins at 0: what runs or waits then does so from
     * the beginning.
     */
    public Schedule between(long fromNs, long toNs) {
        long end = Math.min(toNs, endNs);
        var parts = new ArrayList<Run>();
        for (Run run : runs) {
            if (run.toNs() > fromNs && run.fromNs() < end) {
                parts.add(
                        new Run(
                                run.cpu(),
                                run.pid(),
                                Math.max(run.fromNs(), fromNs) - fromNs,
                                Math.min(run.toNs(), end) - fromNs,
                                run.moved() && run.fromNs() >= fromNs,
                                run.toNs() > end ? End.GOES_ON : run.end()));
            }
        }
        var awake = new ArrayList<Wake>();
        for (Wait wait : waits()) {
            if (wait.fromNs() <= fromNs && wait.toNs() > fromNs) {
                awake.add(new Wake(0, 0, wait.pid(), 0));
            }
        }
        wakes.stream()
                .filter(wake -> wake.timeNs() >= fromNs && wake.timeNs() < end)
                .map(w -> new Wake(w.timeNs() - fromNs, w.cpu(), w.pid(), w.waker()))
                .forEach(awake::add);
        return new Schedule(
                source,
                nrCpus,
                end - fromNs,
                tasks,
                parts,
                awake,
                inserts.stream()
                        .filter(each -> each.timeNs() >= fromNs && each.timeNs() < end)
                        .map(each -> each.at(each.timeNs() - fromNs))
                        .toList(),
                gaps,
                partial);
    }

    /** Returns the same schedule with some time behind it in which nothing is known to happen. */
    public Schedule lasting(long ns) {
        return new Schedule(
                source, nrCpus, Math.max(endNs, ns), tasks, runs, wakes, inserts, gaps, partial);
    }

    /** Puts a schedule together from events in the order of time. */
    public static final class Builder {

        private static final int NOBODY = -1;

        private final Map<Integer, Task> tasks = new HashMap<>();
        private final Map<Integer, Integer> lastCpus = new HashMap<>();
        private final List<Run> runs = new ArrayList<>();
        private final List<Wake> wakes = new ArrayList<>();
        private final List<Insert> inserts = new ArrayList<>();
        private final List<String> gaps = new ArrayList<>();

        /** Of each CPU, the place in the runs of the one that has not ended. */
        private final List<Integer> current = new ArrayList<>();

        /** The CPUs on which something is known to have run. */
        private final BitSet used = new BitSet();

        private int nrCpus;
        private long endNs;
        private boolean partial;

        /** Tells of a task of which no more is known; the last that is told counts. */
        public Builder task(int pid, String comm, int weight) {
            return task(new Task(pid, comm, weight, NO_TGID, List.of()));
        }

        /** Tells of a task; the last that is told counts. */
        public Builder task(Task task) {
            tasks.put(task.pid(), task);
            return this;
        }

        public Builder wakes(long timeNs, int cpu, int pid, int waker) {
            hold(cpu);
            wakes.add(new Wake(timeNs, cpu, pid, waker));
            return at(timeNs);
        }

        public Builder inserted(long timeNs, int pid, long dsq, long sliceNs) {
            return inserted(new Insert(timeNs, pid, dsq, sliceNs, false, 0));
        }

        public Builder inserted(Insert insert) {
            inserts.add(insert);
            return at(insert.timeNs());
        }

        /** A task has a CPU from now on. */
        public Builder starts(long timeNs, int cpu, int pid) {
            Integer last = lastCpus.put(pid, cpu);
            hold(cpu);
            used.set(cpu);
            current.set(cpu, runs.size());
            // Its end is not known yet.
            runs.add(new Run(cpu, pid, timeNs, timeNs, last != null && last != cpu, End.GOES_ON));
            return at(timeNs);
        }

        /** A task leaves a CPU. If its start was not told, it ran from the beginning. */
        public Builder stops(long timeNs, int cpu, int pid, End end) {
            hold(cpu);
            int index = current.get(cpu);
            boolean unseen = index == NOBODY && !used.get(cpu) && timeNs > 0;
            if (unseen && lastCpus.put(pid, cpu) == null) {
                runs.addFirst(new Run(cpu, pid, 0, timeNs, false, end));
                for (int i = 0; i < nrCpus; i++) {
                    int place = current.get(i);
                    current.set(i, place == NOBODY ? NOBODY : place + 1);
                }
                used.set(cpu);
            } else if (index != NOBODY) {
                Run run = runs.get(index);
                current.set(cpu, NOBODY);
                if (run.pid() == pid) {
                    runs.set(index, new Run(cpu, pid, run.fromNs(), timeNs, run.moved(), end));
                }
            }
            return at(timeNs);
        }

        /** Says that something is missing. */
        public Builder gap(String what) {
            gaps.add(what);
            return this;
        }

        /** Says that others run, too, of which nothing is told. */
        public Builder partial() {
            partial = true;
            return this;
        }

        private void hold(int cpu) {
            while (nrCpus <= cpu) {
                current.add(NOBODY);
                nrCpus++;
            }
        }

        private Builder at(long timeNs) {
            endNs = Math.max(endNs, timeNs);
            return this;
        }

        /**
         * Returns the schedule.
         *
         * @param source where it comes from
         * @param cpus how many CPUs there are at least
         * @param end when it ends at the earliest
         */
        public Schedule build(String source, int cpus, long end) {
            at(end);
            for (int index : current) {
                if (index != NOBODY) {
                    Run run = runs.get(index);
                    runs.set(
                            index,
                            new Run(
                                    run.cpu(),
                                    run.pid(),
                                    run.fromNs(),
                                    endNs,
                                    run.moved(),
                                    End.GOES_ON));
                }
            }
            return new Schedule(
                    source,
                    Math.max(cpus, nrCpus),
                    endNs,
                    tasks,
                    runs,
                    wakes,
                    inserts,
                    gaps,
                    partial);
        }
    }
}
