package org.schedbook.target.sim;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a kernel's scheduler did, as its tracefs tells it: {@code sched_switch}, {@code
 * sched_waking} and {@code sched_process_fork} of {@code include/trace/events/sched.h}, in the text
 * form of {@code Documentation/trace/ftrace.rst}. Other events are passed over.
 *
 * @param name of the file, for messages and the workload
 * @param roots the tasks it is about, with all that they fork; about every task if there are none
 * @param events in the order of time
 */
public record SchedTrace(String name, Set<Integer> roots, List<Event> events) {

    /** What a recording begins with, and after it the number of the process it is about. */
    static final String MARK = "schedbook records ";

    private static final Pattern LINE =
            Pattern.compile(
                    "\\s*(.{1,15})-(\\d+) +(?:\\([-\\d ]+\\) +)?\\[(\\d+)] +([^ ]{4,6}) +"
                            + "(\\d+)\\.(\\d{6}): (\\w+): (.*)");

    private static final Pattern SWITCH =
            Pattern.compile(
                    "prev_comm=(.*) prev_pid=(\\d+) prev_prio=\\d+ prev_state=(\\S+) ==> "
                            + "next_comm=(.*) next_pid=(\\d+) next_prio=(\\d+)");

    private static final Pattern WAKING = Pattern.compile("comm=.* pid=(\\d+) prio=\\d+ .*");

    private static final Pattern FORK =
            Pattern.compile("comm=.* pid=\\d+ child_comm=.* child_pid=(\\d+)");

    /** Of the header: when the two differ, the kernel has overwritten the oldest. */
    private static final Pattern ENTRIES =
            Pattern.compile("# entries-in-buffer/entries-written: (\\d+)/(\\d+) .*");

    private static final Pattern LOST = Pattern.compile("CPU:\\d+ \\[LOST (\\d+) EVENTS]");

    /** Where the letter is that says whether an interrupt was being served. */
    private static final int CONTEXT = 2;

    private static final long NS_PER_S = 1_000_000_000;
    private static final long NS_PER_US = 1_000;

    /** One event. */
    sealed interface Event {

        /** When. */
        long timeNs();

        /** On which CPU. */
        int cpu();
    }

    /**
     * A CPU goes from one task to another; number 0 is the idle task.
     *
     * @param state of the task that goes: {@code R} if it would go on, {@code X} or {@code Z} if it
     *     has ended, else it sleeps
     */
    record Switch(
            long timeNs,
            int cpu,
            int prev,
            String prevComm,
            char state,
            int next,
            String nextComm,
            int nextPrio)
            implements Event {

        boolean prevGoesOn() {
            return state == 'R';
        }

        boolean prevEnds() {
            return state == 'X' || state == 'Z';
        }
    }

    /**
     * A task is woken.
     *
     * @param waker the task that does it, 0 if an interrupt does
     */
    record Waking(long timeNs, int cpu, int waker, int pid) implements Event {}

    /** A task starts another. */
    record Fork(long timeNs, int cpu, int parent, int child) implements Event {}

    /**
     * Reads a file.
     *
     * @throws IOException if it can not be read
     * @throws FormatException if it is malformed, or if the kernel lost some of it
     */
    public static SchedTrace read(Path file) throws IOException, FormatException {
        try (Reader in = Files.newBufferedReader(file)) {
            return read(file.getFileName().toString(), in);
        }
    }

    /** Reads from elsewhere; the name appears in messages and is the workload's. */
    public static SchedTrace read(String name, Reader in) throws IOException, FormatException {
        var lines = new BufferedReader(in);
        var roots = new LinkedHashSet<Integer>();
        var events = new ArrayList<Event>();
        int nr = 0;
        long last = 0;
        for (String line; (line = lines.readLine()) != null; ) {
            nr++;
            Matcher entries = ENTRIES.matcher(line);
            if (entries.matches() && !entries.group(1).equals(entries.group(2))) {
                throw new FormatException(
                        name,
                        nr,
                        "the kernel kept %s of %s events: record something shorter"
                                .formatted(entries.group(1), entries.group(2)));
            }
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher lost = LOST.matcher(line);
            if (lost.matches()) {
                throw new FormatException(
                        name, nr, "the kernel lost %s events here".formatted(lost.group(1)));
            }
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new FormatException(
                        name,
                        nr,
                        "this is not a line of a trace: task-pid [cpu] flags time: event");
            }
            long time =
                    Long.parseLong(matcher.group(5)) * NS_PER_S
                            + Long.parseLong(matcher.group(6)) * NS_PER_US;
            if (time < last) {
                throw new FormatException(name, nr, "this was before the line above it");
            }
            last = time;
            String text = matcher.group(8);
            if (matcher.group(7).equals("tracing_mark_write") && text.startsWith(MARK)) {
                roots.add(Integer.parseInt(text.substring(MARK.length()).strip()));
            }
            Event event = event(matcher, time);
            if (event != null) {
                events.add(event);
            } else if (matcher.group(7).matches("sched_switch|sched_waking|sched_process_fork")) {
                throw new FormatException(
                        name, nr, "a %s does not look like this".formatted(matcher.group(7)));
            }
        }
        if (events.isEmpty()) {
            throw new FormatException(
                    name, Math.max(nr, 1), "there are no scheduling events in it");
        }
        return new SchedTrace(name, roots, List.copyOf(events));
    }

    /** Returns the event of a line, null if it is another or malformed. */
    private static Event event(Matcher line, long time) {
        int pid = Integer.parseInt(line.group(2));
        int cpu = Integer.parseInt(line.group(3));
        String text = line.group(8);
        switch (line.group(7)) {
            case "sched_switch" -> {
                Matcher to = SWITCH.matcher(text);
                if (to.matches()) {
                    return new Switch(
                            time,
                            cpu,
                            Integer.parseInt(to.group(2)),
                            to.group(1),
                            to.group(3).charAt(0),
                            Integer.parseInt(to.group(5)),
                            to.group(4),
                            Integer.parseInt(to.group(6)));
                }
            }
            case "sched_waking" -> {
                Matcher whom = WAKING.matcher(text);
                if (whom.matches()) {
                    boolean interrupt = line.group(4).charAt(CONTEXT) != '.';
                    return new Waking(
                            time, cpu, interrupt ? 0 : pid, Integer.parseInt(whom.group(1)));
                }
            }
            case "sched_process_fork" -> {
                Matcher whom = FORK.matcher(text);
                if (whom.matches()) {
                    return new Fork(time, cpu, pid, Integer.parseInt(whom.group(1)));
                }
            }
            default -> {}
        }
        return null;
    }

    /**
     * Returns what the tasks did, to be done again under another policy: each computes for as long
     * as it ran, and sleeps until the task that woke it then does so again, or if an interrupt or a
     * task that is not recorded woke it, for as long as it slept. What system calls and wake-ups
     * cost is part of how long they ran, and not charged anew.
     */
    public SimWorkload workload() {
        return new Replay(this).workload();
    }
}
