package org.schedbook.target.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.schedbook.file.ForeignFile;
import org.schedbook.schedule.Schedule;

/**
 * What a kernel's scheduler did, as its tracepoints tell it: {@code sched_switch}, {@code
 * sched_waking} or {@code sched_wakeup}, and {@code sched_process_fork} of {@code
 * include/trace/events/sched.h}, in the text form of {@code Documentation/trace/ftrace.rst}, of
 * {@code trace-cmd report} or of {@code perf script}. Other events are passed over.
 *
 * @param name of the file, for messages and the workload
 * @param roots the tasks it is about, with all that they fork; about every task if there are none
 * @param tgids the processes of tasks, by their numbers, as far as they are told
 * @param events in the order of time
 * @param gaps where the kernel lost events, each with its line and a few words
 */
public record SchedTrace(
        String name,
        Set<Integer> roots,
        Map<Integer, Integer> tgids,
        List<Event> events,
        List<FormatException> gaps) {

    /** What a recording begins with, and after it the number of the process it is about. */
    static final String MARK = "schedbook records ";

    /** What the names of a recording's own events begin with. */
    static final String OWN = "schedbook_";

    /** What a recording calls an insert of a policy; one by vtime has {@code _vtime} behind. */
    static final String INSERT = OWN + "insert";

    /** What a recording calls a task's move from one DSQ to another. */
    static final String MOVE = OWN + "move";

    /** What a recording calls the slice that the next move on this CPU gives. */
    static final String SLICE = OWN + "slice";

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
            return state == 'X' || state == 'Z' || state == 'x';
        }
    }

    /**
     * A task is woken.
     *
     * @param waker the task that does it, 0 if an interrupt does
     * @param done told by {@code sched_wakeup}, after it was done; else by {@code sched_waking}
     */
    record Waking(long timeNs, int cpu, int waker, int pid, boolean done) implements Event {}

    /** A task starts another. */
    record Fork(long timeNs, int cpu, int parent, int child) implements Event {}

    /** A policy puts a task into a DSQ; only what {@link SchedRecorder} has written tells of it. */
    record Insert(
            long timeNs, int cpu, int pid, long dsq, long sliceNs, boolean byVtime, long vtime)
            implements Event {}

    /** A policy in the kernel moves a task that it has kept to another DSQ. */
    record Move(long timeNs, int cpu, int pid, long dsq) implements Event {}

    /** The slice of the move that follows on the same CPU. */
    record Slice(long timeNs, int cpu, long sliceNs) implements Event {}

    /** In bytes: pages that hold a trace have a whole program in a line. */
    private static final int MAX_LINE = 16 << 20;

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read
     * @throws FormatException if it is malformed, or if the kernel lost some of it
     */
    public static SchedTrace read(Path file) throws IOException, FormatException {
        return readWithGaps(file).whole();
    }

    /** Reads from elsewhere; the name appears in messages and is the workload's. */
    public static SchedTrace read(String name, Reader in) throws IOException, FormatException {
        return readWithGaps(name, in).whole();
    }

    /** Reads a file of which the kernel may have lost some. */
    public static SchedTrace readWithGaps(Path file) throws IOException, FormatException {
        String name = file.getFileName().toString();
        try (InputStream in = ForeignFile.lines(file, MAX_LINE)) {
            SchedTraceReader.refuseBinary(name, in);
            // A name that was cut within a character is no reason to fail.
            return readWithGaps(name, new InputStreamReader(in, UTF_8));
        }
    }

    /** Reads from elsewhere what the kernel may have lost some of. */
    public static SchedTrace readWithGaps(String name, Reader in)
            throws IOException, FormatException {
        return new SchedTraceReader(name, in).read();
    }

    private SchedTrace whole() throws FormatException {
        if (!gaps.isEmpty()) {
            throw gaps.getFirst();
        }
        return this;
    }

    /**
     * Returns who ran where and when, as far as it was recorded: of a command's recording, the
     * command's tasks alone.
     *
     * @param source where it was recorded, a few words
     */
    public Schedule schedule(String source) {
        return new RecordedSchedule(this).schedule(source);
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
