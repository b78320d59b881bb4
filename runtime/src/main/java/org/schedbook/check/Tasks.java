package org.schedbook.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.schedbook.target.sim.SimWorkload;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/**
 * A load of named tasks: a value; {@link #task} returns another one. Names are unique, and tasks
 * that arrive at the same time do so in the order in which they are named.
 */
public final class Tasks {

    /** The simulator numbers tasks from here on, in their order. */
    private static final int FIRST_PID = 2;

    private static final int MAX_TASKS = 10_000;

    static final Tasks NONE = new Tasks(Map.of());

    private final Map<String, Work> works;

    private Tasks(Map<String, Work> works) {
        this.works = works;
    }

    /**
     * Returns these tasks and one more, or as many as its work is there {@link Work#times}.
     *
     * @param name without spaces; of several, {@code .1}, {@code .2} and so on are put behind it
     * @throws IllegalArgumentException if a task has the name already
     */
    public Tasks task(String name, Work work) {
        if (name.isBlank() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException(
                    "'%s' is no name of a task: write it without spaces".formatted(name));
        }
        var all = new LinkedHashMap<>(works);
        if (all.put(name, work) != null) {
            throw new IllegalArgumentException(
                    ("there is a task %s already, and names are unique: %s.times(2) makes %s.1 and"
                                    + " %s.2")
                            .formatted(name, work, name, name));
        }
        var more = new Tasks(all);
        List<String> names = more.names();
        if (names.size() > MAX_TASKS) {
            throw new IllegalArgumentException(
                    "%,d tasks are too many: there may be %,d".formatted(names.size(), MAX_TASKS));
        }
        var seen = new TreeSet<String>();
        for (String each : names) {
            if (!seen.add(each)) {
                throw new IllegalArgumentException(
                        "two tasks are called %s: names are unique".formatted(each));
            }
        }
        return more;
    }

    /** Returns the names, those of several tasks with their numbers. */
    public List<String> names() {
        var names = new ArrayList<String>();
        works.forEach((name, work) -> names.addAll(instances(name, work)));
        return names;
    }

    private static List<String> instances(String name, Work work) {
        if (work.times() == 1) {
            return List.of(name);
        }
        var names = new ArrayList<String>();
        for (int i = 1; i <= work.times(); i++) {
            names.add(name + "." + i);
        }
        return names;
    }

    /** Returns the name of the first task that goes on until it is told to end, null if none. */
    String endless() {
        return works.entrySet().stream()
                .filter(entry -> entry.getValue().repeats())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /**
     * Returns it for the simulator.
     *
     * @param endNs when it ends at the latest, {@code Long.MAX_VALUE} if only with its tasks
     */
    SimWorkload workload(long endNs) {
        var load = SimWorkload.named("textbook").endingAt(endNs);
        Map<String, Integer> processes = new LinkedHashMap<>();
        int pid = FIRST_PID;
        for (var entry : works.entrySet()) {
            Work work = entry.getValue();
            for (String name : instances(entry.getKey(), work)) {
                int first = pid;
                int tgid =
                        work.process().isEmpty()
                                ? pid
                                : processes.computeIfAbsent(work.process(), _ -> first);
                load.task(
                        TaskSpec.of(name, work.program())
                                .withTgid(tgid)
                                .withWeight(work.weight())
                                .onCpus(work.cpus().toArray(Integer[]::new))
                                .startingAt(Work.nanoseconds(work.arrives())));
                pid++;
            }
        }
        return load.build();
    }

    /** Returns the processes that are named, each with its tasks. */
    Map<String, List<String>> processes() {
        Map<String, List<String>> processes = new LinkedHashMap<>();
        works.forEach(
                (name, work) -> {
                    if (!work.process().isEmpty()) {
                        processes
                                .computeIfAbsent(work.process(), _ -> new ArrayList<>())
                                .addAll(instances(name, work));
                    }
                });
        return processes;
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Returns it as it is written. */
    @Override
    public String toString() {
        return works.entrySet().stream()
                .map(entry -> ".task(%s, %s)".formatted(quoted(entry.getKey()), entry.getValue()))
                .collect(Collectors.joining("", "tasks()", ""));
    }
}
