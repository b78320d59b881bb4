package org.schedbook.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.plot.CpuTimePlot;
import org.schedbook.plot.Timeline;
import org.schedbook.schedule.CpuTime;
import org.schedbook.schedule.Schedule;
import org.schedbook.target.sim.SimResult;

/**
 * Draws schedules: one, or two under one another on one time axis.
 *
 * @param of the schedules; labels tell two apart
 * @param fromNs where to begin
 * @param toNs where to end; empty for as much as can be read
 * @param whole whether to show all of it, put together where it is too much to draw one by one
 * @param tasks whether each task has a row, too
 * @param wakes whether arrows show who woke whom
 */
public record ScheduleChart(
        List<Labelled> of,
        long fromNs,
        Optional<Long> toNs,
        boolean whole,
        boolean tasks,
        boolean wakes) {

    /**
     * A schedule of some.
     *
     * @param label what tells it apart; empty for the only one
     * @param names how its tasks are called
     */
    public record Labelled(String label, Schedule schedule, IntFunction<String> names) {

        public Labelled(String label, Schedule schedule) {
            this(label, schedule, schedule::name);
        }
    }

    /** More bars than this in one picture, and most are less than a pixel wide. */
    private static final int BARS = 300;

    /** What there is to zoom out to and to move through: some 60 KB in the notebook. */
    private static final int ALL_BARS = 3000;

    /** Columns when bars are put together. */
    private static final int COLUMNS = 240;

    /** More tasks than this cannot be told apart, and those of a name share a colour. */
    private static final int COLOURS = 60;

    /** Rows of tasks that are drawn. */
    private static final int ROWS = 24;

    private static final int POINTS = 201;
    private static final int LINES = 7;

    /**
     * Draws a schedule from its beginning, to its end if that is not too far: where one picture
     * ends earlier than another, what they show seems to.
     */
    public static ScheduleChart of(Labelled schedule) {
        Optional<Long> toNs =
                schedule.schedule.runs().size() <= ALL_BARS
                        ? Optional.of(schedule.schedule.endNs())
                        : Optional.empty();
        return new ScheduleChart(List.of(schedule), 0, toNs, false, false, false);
    }

    /** Returns when the last of them ends. */
    public long endNs() {
        return of.stream().mapToLong(each -> each.schedule.endNs()).max().orElse(0);
    }

    /**
     * Returns who ran where and when.
     *
     * @throws IllegalArgumentException if there is nothing between those times
     */
    public Timeline timeline(String title, String caption) {
        long most = endNs();
        long to = whole ? toNs.orElse(most) : toNs.orElse(end(BARS));
        long last = whole ? to : toNs.orElse(end(ALL_BARS));
        if (to <= fromNs || fromNs >= most) {
            throw new IllegalArgumentException("nothing is between those times");
        }
        var rows = new ArrayList<String>();
        var bars = new ArrayList<Timeline.Bar>();
        var arrows = new ArrayList<Timeline.Arrow>();
        var notes = new ArrayList<String>();
        for (Labelled each : of) {
            if (!rows.isEmpty()) {
                rows.add("");
            }
            add(each, last, rows, bars, arrows, notes);
        }
        bars.sort(Comparator.comparingLong(Timeline.Bar::fromNs));
        if (fromNs > 0 || to < most) {
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "A part of %,.3f ms: --from and --to show another.",
                            most / 1e6));
        }
        return new Timeline(
                title,
                rows,
                bars,
                arrows,
                fromNs,
                to,
                Math.max(to, last),
                (caption + " " + notes.stream().distinct().collect(Collectors.joining(" ")))
                        .strip());
    }

    /** Where so many bars end, counted from the beginning. */
    private long end(int nr) {
        long end = endNs();
        for (Labelled each : of) {
            List<Schedule.Run> shown =
                    each.schedule.runs().stream()
                            .filter(run -> run.toNs() > fromNs)
                            .limit(nr / of.size() + 1L)
                            .toList();
            if (shown.size() > nr / of.size()) {
                end = Math.min(end, Math.max(fromNs + 1, shown.getLast().fromNs()));
            }
        }
        return end;
    }

    private void add(
            Labelled each,
            long last,
            List<String> rows,
            List<Timeline.Bar> bars,
            List<Timeline.Arrow> arrows,
            List<String> notes) {
        Schedule schedule = each.schedule;
        List<Schedule.Run> shown =
                schedule.runs().stream()
                        .filter(run -> run.toNs() > fromNs && run.fromNs() < last)
                        .toList();
        IntFunction<String> names = names(each, shown, notes);
        int first = rows.size();
        String lead = each.label.isEmpty() ? "" : each.label + " ";
        for (int cpu = 0; cpu < schedule.nrCpus(); cpu++) {
            rows.add(lead + "CPU " + cpu);
        }
        List<Timeline.Bar> ofCpus =
                shown.stream().map(run -> bar(run, first + run.cpu(), names)).toList();
        if (ofCpus.size() > ALL_BARS) {
            bars.addAll(together(ofCpus, last));
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "%,d runs are put together: each bar is %,.3f ms and shows who ran"
                                    + " longest in it.",
                            ofCpus.size(),
                            wide(last) / 1e6));
        } else {
            bars.addAll(ofCpus);
        }
        if (tasks || wakes) {
            addTasks(each, shown, last, names, rows, bars, arrows, notes);
        }
    }

    private static Timeline.Bar bar(Schedule.Run run, int row, IntFunction<String> names) {
        return new Timeline.Bar(row, names.apply(run.pid()), run.fromNs(), run.toNs(), run.moved());
    }

    /** Of many tasks the name alone, and how many have it. */
    private static IntFunction<String> names(
            Labelled each, List<Schedule.Run> shown, List<String> notes) {
        List<Integer> pids = shown.stream().map(Schedule.Run::pid).distinct().toList();
        if (pids.size() <= COLOURS) {
            return each.names;
        }
        Map<String, Integer> namesakes = new LinkedHashMap<>();
        var comms = new HashMap<Integer, String>();
        for (int pid : pids) {
            Schedule.Task task = each.schedule.tasks().get(pid);
            String comm = task == null ? "task" : task.comm().replaceFirst("[.\\d]+$", "");
            comms.put(pid, comm);
            namesakes.merge(comm, 1, Integer::sum);
        }
        notes.add("Tasks of a name have one colour.");
        return pid -> {
            String comm = comms.get(pid);
            return comm == null ? each.names.apply(pid) : comm + " ×" + namesakes.get(comm);
        };
    }

    /** Who has a row, and whether it waits there. */
    private record Kind(String task, boolean thin) {}

    /** Bars that are each as long, of who ran longest meanwhile; or waited, in a task's row. */
    private List<Timeline.Bar> together(List<Timeline.Bar> all, long last) {
        double wide = wide(last);
        var rows = new TreeMap<Integer, List<Map<Kind, Double>>>();
        for (Timeline.Bar bar : all) {
            List<Map<Kind, Double>> columns =
                    rows.computeIfAbsent(
                            bar.row(),
                            _ ->
                                    Stream.generate(
                                                    () ->
                                                            (Map<Kind, Double>)
                                                                    new HashMap<Kind, Double>())
                                            .limit(COLUMNS)
                                            .toList());
            double from = Math.max(bar.fromNs(), fromNs) - fromNs;
            double to = Math.min(bar.toNs(), last) - fromNs;
            int end = (int) Math.min(COLUMNS - 1, to / wide);
            var kind = new Kind(bar.task(), bar.thin());
            for (int c = (int) Math.min(COLUMNS - 1, from / wide); c <= end; c++) {
                double part = Math.min(to, (c + 1) * wide) - Math.max(from, c * wide);
                columns.get(c).merge(kind, part, Double::sum);
            }
        }
        var bars = new ArrayList<Timeline.Bar>();
        rows.forEach(
                (row, columns) -> {
                    for (int c = 0; c < COLUMNS; c++) {
                        Map<Kind, Double> here = columns.get(c);
                        double busy = here.values().stream().mapToDouble(Double::doubleValue).sum();
                        if (busy < wide / 2) {
                            continue;
                        }
                        Kind most =
                                here.entrySet().stream()
                                        .max(Map.Entry.<Kind, Double>comparingByValue())
                                        .orElseThrow()
                                        .getKey();
                        bars.add(
                                new Timeline.Bar(
                                        row,
                                        most.task,
                                        fromNs + Math.round(c * wide),
                                        fromNs + Math.round((c + 1) * wide),
                                        false,
                                        most.thin));
                    }
                });
        return bars;
    }

    private double wide(long last) {
        return (last - fromNs) / (double) COLUMNS;
    }

    /** A row for each task: bars while it runs, thin ones while it waits, of the DSQ it is in. */
    private void addTasks(
            Labelled each,
            List<Schedule.Run> shown,
            long last,
            IntFunction<String> names,
            List<String> rows,
            List<Timeline.Bar> bars,
            List<Timeline.Arrow> arrows,
            List<String> notes) {
        List<Schedule.Wait> waits =
                each.schedule.waits().stream()
                        .filter(wait -> wait.toNs() > fromNs && wait.fromNs() < last)
                        .toList();
        // Whoever only waits is what one looks for.
        List<Integer> pids =
                Stream.concat(
                                shown.stream().map(Schedule.Run::pid),
                                waits.stream().map(Schedule.Wait::pid))
                        .distinct()
                        .toList();
        var row = new HashMap<Integer, Integer>();
        for (int pid : pids.stream().limit(ROWS).toList()) {
            row.put(pid, rows.size());
            rows.add((each.label.isEmpty() ? "" : each.label + " ") + each.names.apply(pid));
        }
        if (pids.size() > ROWS) {
            notes.add("%d of %d tasks have rows.".formatted(ROWS, pids.size()));
        }
        var ofTasks = new ArrayList<Timeline.Bar>();
        shown.stream()
                .filter(run -> row.containsKey(run.pid()))
                .forEach(run -> ofTasks.add(bar(run, row.get(run.pid()), names)));
        Map<Integer, NavigableMap<Long, Schedule.Insert>> inserts =
                inserts(each.schedule, row.keySet());
        waits.stream()
                .filter(wait -> row.containsKey(wait.pid()))
                .forEach(
                        wait ->
                                addWait(
                                        wait,
                                        inserts.get(wait.pid()),
                                        row.get(wait.pid()),
                                        ofTasks));
        // As many again as the CPUs have: a wait for each run.
        bars.addAll(ofTasks.size() > 2 * ALL_BARS ? together(ofTasks, last) : ofTasks);
        if (wakes) {
            List<Timeline.Arrow> all =
                    each.schedule.wakes().stream()
                            .filter(wake -> wake.timeNs() >= fromNs && wake.timeNs() < last)
                            .filter(w -> row.containsKey(w.pid()) && row.containsKey(w.waker()))
                            .map(
                                    wake ->
                                            new Timeline.Arrow(
                                                    wake.timeNs(),
                                                    row.get(wake.waker()),
                                                    row.get(wake.pid())))
                            .toList();
            arrows.addAll(all.subList(0, Math.min(all.size(), ALL_BARS)));
            if (all.size() > ALL_BARS) {
                notes.add(
                        String.format(
                                Locale.ROOT,
                                "%,d of %,d wake-ups have arrows.",
                                ALL_BARS,
                                all.size()));
            }
        }
    }

    /**
     * Returns the inserts of each of some tasks by their times. A kernel puts back a task that is
     * to lose its CPU before it tells that it has: such an insert is one at the end of that run.
     */
    private static Map<Integer, NavigableMap<Long, Schedule.Insert>> inserts(
            Schedule schedule, Set<Integer> tasks) {
        var ends = new HashMap<Integer, NavigableMap<Long, Long>>();
        var inserts = new HashMap<Integer, NavigableMap<Long, Schedule.Insert>>();
        for (int pid : tasks) {
            ends.put(pid, new TreeMap<>());
            inserts.put(pid, new TreeMap<>());
        }
        schedule.runs().stream()
                .filter(run -> tasks.contains(run.pid()))
                .forEach(run -> ends.get(run.pid()).put(run.fromNs(), run.toNs()));
        schedule.inserts().stream()
                .filter(insert -> tasks.contains(insert.pid()))
                .map(insert -> notWithin(ends.get(insert.pid()), insert))
                .forEach(insert -> inserts.get(insert.pid()).put(insert.timeNs(), insert));
        return inserts;
    }

    private static Schedule.Insert notWithin(
            NavigableMap<Long, Long> ends, Schedule.Insert insert) {
        Map.Entry<Long, Long> run = ends.lowerEntry(insert.timeNs());
        return run == null || run.getValue() <= insert.timeNs()
                ? insert
                : insert.at(run.getValue());
    }

    private static void addWait(
            Schedule.Wait wait,
            NavigableMap<Long, Schedule.Insert> inserts,
            int row,
            List<Timeline.Bar> bars) {
        long from = wait.fromNs();
        String where = "waits";
        for (Schedule.Insert insert :
                inserts.subMap(wait.fromNs(), true, wait.toNs(), true).values()) {
            if (insert.timeNs() > from) {
                bars.add(new Timeline.Bar(row, where, from, insert.timeNs(), false, true));
                from = insert.timeNs();
            }
            where = "in " + SimResult.dsqName(insert.dsq());
        }
        if (wait.toNs() > from) {
            bars.add(new Timeline.Bar(row, where, from, wait.toNs(), false, true));
        }
    }

    /**
     * Returns what the tasks that had most CPU time had, and what would have been their part.
     *
     * @throws IllegalArgumentException if nothing ran between those times
     */
    public CpuTimePlot cpuTime(String title, String caption) {
        long to = toNs.orElse(endNs());
        if (to <= fromNs) {
            throw new IllegalArgumentException("nothing is between those times");
        }
        var lines = new ArrayList<CpuTimePlot.Line>();
        double[] times = {};
        for (Labelled each : of) {
            Schedule part = each.schedule.lasting(endNs()).between(fromNs, to);
            CpuTime time = CpuTime.of(part, POINTS, LINES / of.size());
            times = Arrays.stream(time.timesNs()).mapToDouble(ns -> (fromNs + ns) / 1e6).toArray();
            String lead = each.label.isEmpty() ? "" : each.label + " ";
            time.lines()
                    .forEach(
                            line ->
                                    lines.add(
                                            new CpuTimePlot.Line(
                                                    lead + each.names.apply(line.pid()),
                                                    scaled(line.hadNs()),
                                                    scaled(line.idealNs()))));
        }
        String since =
                fromNs == 0
                        ? ""
                        : String.format(Locale.ROOT, "Counted from %.3f ms on. ", fromNs / 1e6);
        return new CpuTimePlot(
                title,
                times,
                lines,
                "%s %sDashed: by weight, at every moment, among all that could run then."
                        .formatted(caption, since)
                        .strip());
    }

    private static double[] scaled(double[] ns) {
        return Arrays.stream(ns).map(each -> each / 1e6).toArray();
    }
}
