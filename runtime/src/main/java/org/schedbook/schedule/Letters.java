package org.schedbook.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** A part of a schedule in letters: each CPU is a line, each task a letter. */
public final class Letters {

    private static final int COLUMNS = 72;

    private static final String ALL =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static final char UNKNOWN = '#';
    private static final char IDLE = '.';

    private final Schedule schedule;
    private final IntFunction<String> names;
    private final long fromNs;
    private final long toNs;
    private final SequencedMap<Integer, Character> letters = new LinkedHashMap<>();

    private Letters(Schedule schedule, IntFunction<String> names, long fromNs, long toNs) {
        this.schedule = schedule;
        this.names = names;
        this.fromNs = fromNs;
        this.toNs = toNs;
        List<Integer> tasks =
                schedule.runs().stream()
                        .filter(run -> run.toNs() > fromNs && run.fromNs() < toNs)
                        .map(Schedule.Run::pid)
                        .distinct()
                        .toList();
        boolean own = ownLetters(tasks);
        for (int pid : tasks) {
            int index = letters.size();
            letters.put(
                    pid,
                    own
                            ? names.apply(pid).charAt(0)
                            : index < ALL.length() ? ALL.charAt(index) : UNKNOWN);
        }
    }

    /**
     * Returns a part of a schedule as lines of text.
     *
     * @param names how each task is called
     * @param toNs where the part ends, later than where it begins
     */
    public static String of(Schedule schedule, IntFunction<String> names, long fromNs, long toNs) {
        return new Letters(schedule, names, fromNs, toNs).text();
    }

    /** Whether each task can have the letter that its name begins with. */
    private boolean ownLetters(List<Integer> tasks) {
        var seen = new HashSet<Character>();
        return tasks.stream()
                .map(names::apply)
                .allMatch(
                        name ->
                                !name.isEmpty()
                                        && ALL.indexOf(name.charAt(0)) >= 0
                                        && seen.add(name.charAt(0)));
    }

    private String text() {
        var lines = new ArrayList<String>();
        lines.add("%s to %s, %s a column".formatted(time(fromNs), time(toNs), time(columnNs())));
        for (int cpu = 0; cpu < schedule.nrCpus(); cpu++) {
            lines.add("CPU %-3d|%s|".formatted(cpu, row(cpu)));
        }
        String legend =
                letters.entrySet().stream()
                        .filter(entry -> entry.getValue() != UNKNOWN)
                        .map(entry -> Map.entry(entry.getValue(), names.apply(entry.getKey())))
                        .filter(entry -> !entry.getValue().equals(entry.getKey().toString()))
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
        if (!legend.isEmpty()) {
            String others = letters.containsValue(UNKNOWN) ? ", " + UNKNOWN + " others" : "";
            lines.add(legend + others + "; " + IDLE + " idle");
        }
        return String.join("\n", lines);
    }

    private long columnNs() {
        return Math.max(1, (toNs - fromNs) / COLUMNS);
    }

    /** In each column the task that ran longest, or idle. */
    private String row(int cpu) {
        List<Map<Integer, Double>> columns = new ArrayList<>();
        for (int i = 0; i < COLUMNS; i++) {
            columns.add(new HashMap<>());
        }
        double columnNs = (toNs - fromNs) / (double) COLUMNS;
        for (Schedule.Run run : schedule.runs()) {
            if (run.cpu() != cpu || run.toNs() <= fromNs || run.fromNs() >= toNs) {
                continue;
            }
            double from = Math.max(run.fromNs(), fromNs) - fromNs;
            double to = Math.min(run.toNs(), toNs) - fromNs;
            int last = (int) Math.min(COLUMNS - 1, to / columnNs);
            for (int c = (int) (from / columnNs); c <= last; c++) {
                double part = Math.min(to, (c + 1) * columnNs) - Math.max(from, c * columnNs);
                columns.get(c).merge(run.pid(), part, Double::sum);
            }
        }
        return columns.stream()
                .map(ran -> String.valueOf(letter(ran, columnNs)))
                .collect(Collectors.joining());
    }

    private char letter(Map<Integer, Double> ran, double columnNs) {
        double busy = ran.values().stream().mapToDouble(Double::doubleValue).sum();
        if (busy < columnNs / 2) {
            return IDLE;
        }
        return letters.get(
                ran.entrySet().stream()
                        .max(Map.Entry.<Integer, Double>comparingByValue())
                        .orElseThrow()
                        .getKey());
    }

    private static String time(long ns) {
        return String.format(Locale.ROOT, "%.3f", ns / 1e6).replaceAll("\\.?0+$", "") + " ms";
    }
}
