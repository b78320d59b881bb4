package org.schedbook.target.sim;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** What happened, event by event, as far as it was asked to be kept. */
public final class Trace {

    /** What an event is about. */
    public enum Kind {
        /** A task became runnable; the argument is the number of the one that woke it, or 0. */
        WAKE,
        /** The policy was asked where a task is to go; the argument is the flags. */
        ENQUEUE,
        /** A task went into a DSQ; the argument is the DSQ, the second the slice. */
        INSERT,
        /** A CPU had no work and asked the policy. */
        DISPATCH,
        /** A task got a CPU. */
        START,
        /** A task left its CPU and would go on. */
        PREEMPT,
        /** A task left its CPU to sleep. */
        SLEEP,
        /** A task ended. */
        EXIT,
        /** A CPU was kicked; the argument is the flags. */
        KICK,
        /** The policy did something wrong with this task. */
        FAULT
    }

    /**
     * One event.
     *
     * @param timeNs when
     * @param kind what
     * @param cpu where, or the CPU the task is assigned to
     * @param pid who, 0 for nobody
     * @param argument see {@link Kind}
     * @param argument2 see {@link Kind}
     * @param byVtime whether it is an insert into a queue by vtime
     * @param vtime by which it was put there, 0 if it was not by vtime
     */
    public record Event(
            long timeNs,
            Kind kind,
            int cpu,
            int pid,
            long argument,
            long argument2,
            boolean byVtime,
            long vtime) {

        @Override
        public String toString() {
            String text = String.format(Locale.ROOT, "%,d ns  CPU %d  %s", timeNs, cpu, kind);
            if (pid != 0) {
                text += "  task " + pid;
            }
            return switch (kind) {
                case WAKE -> argument == 0 ? text : text + "  by task " + argument;
                case ENQUEUE, KICK -> text + "  flags 0x" + Long.toHexString(argument);
                case INSERT ->
                        text
                                + "  "
                                + SimResult.dsqName(argument)
                                + ", slice "
                                + argument2
                                + " ns"
                                + (byVtime ? ", vtime " + vtime : "");
                default -> text;
            };
        }
    }

    private static final Kind[] KINDS = Kind.values();

    private final int capacity;
    private long[] times = {};
    private long[] whats = {};
    private long[] arguments = {};
    private long[] arguments2 = {};

    /** The policy's lines by event; shorter than the events where no more are known. */
    private int[] lines = {};

    /** The vtimes of inserts; shorter than the events where no more were by vtime. */
    private long[] vtimes = {};

    /** Which of the events were inserts by vtime. */
    private final BitSet byVtime;

    private int size;
    private long count;
    private long digest;

    Trace(int capacity) {
        this.capacity = capacity;
        this.byVtime = new BitSet();
    }

    /** A trace that another process has sent. */
    @JsonCreator
    Trace(
            @JsonProperty("count") long count,
            @JsonProperty("digest") long digest,
            @JsonProperty("events") byte[] events,
            @JsonProperty("lines") int[] lines,
            @JsonProperty("vtimes") long[] vtimes,
            @JsonProperty("byVtime") long[] byVtime) {
        LongBuffer longs = ByteBuffer.wrap(events).asLongBuffer();
        size = longs.remaining() / 4;
        capacity = size;
        this.count = count;
        this.digest = digest;
        this.lines = lines;
        this.vtimes = vtimes;
        this.byVtime = BitSet.valueOf(byVtime);
        times = new long[size];
        whats = new long[size];
        arguments = new long[size];
        arguments2 = new long[size];
        longs.get(times).get(whats).get(arguments).get(arguments2);
    }

    /** What is kept of the events, to be sent to another process. */
    @JsonProperty
    byte[] events() {
        var bytes = ByteBuffer.allocate(4 * Long.BYTES * size);
        bytes.asLongBuffer()
                .put(times, 0, size)
                .put(whats, 0, size)
                .put(arguments, 0, size)
                .put(arguments2, 0, size);
        return bytes.array();
    }

    /** The lines that are known of the kept events, to be sent to another process. */
    @JsonProperty
    int[] lines() {
        return lines;
    }

    /** The vtimes of the kept inserts, to be sent to another process. */
    @JsonProperty
    long[] vtimes() {
        return vtimes;
    }

    /** Which of the kept events were by vtime, to be sent to another process. */
    @JsonProperty("byVtime")
    long[] wereByVtime() {
        return byVtime.toLongArray();
    }

    /** Says that the last event, an insert, was by vtime. */
    void vtimeOfLast(long vtime) {
        if (count != size) {
            return; // it is not kept
        }
        if (vtimes.length < size) {
            vtimes = Arrays.copyOf(vtimes, times.length);
        }
        vtimes[size - 1] = vtime;
        byVtime.set(size - 1);
    }

    /** Says which line of the policy made the last event. */
    void lineOfLast(int line) {
        if (count != size) {
            return; // it is not kept
        }
        if (lines.length < size) {
            lines = Arrays.copyOf(lines, times.length);
        }
        lines[size - 1] = line;
    }

    /** Returns the line of the policy that made an event, 0 if that is not known. */
    public int lineOf(int index) {
        return index < lines.length ? lines[index] : 0;
    }

    void add(long time, Kind kind, int cpu, int pid, long argument, long argument2) {
        long what = (long) pid << 32 | (long) cpu << 8 | kind.ordinal();
        count++;
        digest =
                Long.rotateLeft(digest ^ time, 27) * 0x9E3779B97F4A7C15L
                        + Long.rotateLeft(what ^ argument, 31) * 0xBF58476D1CE4E5B9L
                        + argument2;
        if (size < capacity) {
            keep(time, what, argument, argument2);
        }
    }

    private void keep(long time, long what, long argument, long argument2) {
        if (size == times.length) {
            int length = Math.min(capacity, Math.max(1024, size * 2));
            times = Arrays.copyOf(times, length);
            whats = Arrays.copyOf(whats, length);
            arguments = Arrays.copyOf(arguments, length);
            arguments2 = Arrays.copyOf(arguments2, length);
        }
        times[size] = time;
        whats[size] = what;
        arguments[size] = argument;
        arguments2[size++] = argument2;
    }

    /** Returns how many events there were, kept or not. */
    @JsonProperty
    public long count() {
        return count;
    }

    /** Returns a hash of all events, kept or not: equal runs have equal digests. */
    @JsonProperty
    public long digest() {
        return digest;
    }

    /** Returns how many events are kept. */
    public int size() {
        return size;
    }

    /** Returns an event, the earliest being number 0. */
    public Event get(int index) {
        long what = whats[index];
        return new Event(
                times[index],
                KINDS[(int) (what & 0xff)],
                (int) (what >>> 8 & 0xffffff),
                (int) (what >>> 32),
                arguments[index],
                arguments2[index],
                byVtime.get(index),
                index < vtimes.length ? vtimes[index] : 0);
    }

    /** Returns the events kept of a task up to a time, the last so many. */
    public List<Event> upTo(long timeNs, int pid, int nr) {
        var found = new ArrayList<Event>();
        for (int i = before(timeNs) - 1; i >= 0 && found.size() < nr; i--) {
            if ((int) (whats[i] >>> 32) == pid) {
                found.addFirst(get(i));
            }
        }
        return found;
    }

    /** Returns the number of kept events that are not later than a time. */
    int before(long timeNs) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[middle] <= timeNs) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
