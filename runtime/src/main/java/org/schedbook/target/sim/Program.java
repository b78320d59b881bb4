package org.schedbook.target.sim;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a task does: computes, sleeps, and meets other tasks at pipes, locks and wait queues.
 *
 * <pre>{@code
 * Program worker = Program.start()
 *         .loop(100).receive(requests).run(50_000).send(replies).end()
 *         .build();
 * }</pre>
 *
 * <p>The task exits at the end. Numbers of pipes, locks and wait queues come from {@link
 * SimWorkload.Builder}.
 */
public final class Program {

    static final int RUN = 0;
    static final int LOOP = 1;
    static final int END = 2;
    static final int SLEEP = 3;
    static final int PERIOD = 4;
    static final int SEND = 5;
    static final int RECEIVE = 6;
    static final int LOCK = 7;
    static final int UNLOCK = 8;
    static final int WAIT = 9;
    static final int WAKE = 10;
    static final int FORK = 11;
    static final int YIELD = 12;
    static final int EXIT = 13;

    /** One round of the user-space loop; only the simulator itself has a task that does this. */
    static final int ROUND = 14;

    static final int UNTIL = 15;
    static final int TIMER = 16;
    static final int SPAN = 17;
    static final int CONDITION = 18;
    static final int BARRIER = 19;

    /** What the second word of TIMER says, beside the number of the timer above these bits. */
    static final int SHARED = 1;

    static final int ABSOLUTE = 2;
    static final int TIMER_SHIFT = 2;

    static final Program USER_SPACE_LOOP = start().forever().add(ROUND, 0, 0).end().build();

    /** The words of {@link #toString}, by operation. */
    private static final String[] WORDS = {
        "run", "loop", "end", "sleep", "period", "send", "receive", "lock", "unlock", "await",
        "wake", "fork", "yield", "exit", "round", "until", "timer", "span", "condition", "barrier"
    };

    private static final int OP_BITS = 8;

    /**
     * Two words an operation: what it is and its first operand, a time, a count or the number of
     * what it is about; and its second, the upper end of a range of times, or for LOOP and END the
     * place of the other.
     */
    @JsonProperty final long[] code;

    /** What system calls and wake-ups cost is part of the times that it computes for. */
    @JsonProperty final boolean measured;

    /** How many timers of its own a task has. */
    @JsonProperty final int nrTimers;

    @JsonCreator
    private Program(
            @JsonProperty("code") long[] code,
            @JsonProperty("measured") boolean measured,
            @JsonProperty("nrTimers") int nrTimers) {
        this.code = code;
        this.measured = measured;
        this.nrTimers = nrTimers;
    }

    static int op(long[] code, int pc) {
        return (int) (code[2 * pc] & (1 << OP_BITS) - 1);
    }

    static long first(long[] code, int pc) {
        return code[2 * pc] >>> OP_BITS;
    }

    static long second(long[] code, int pc) {
        return code[2 * pc + 1];
    }

    /** Starts a program. */
    public static Builder start() {
        return new Builder(false);
    }

    /**
     * Starts a program whose computing times were measured: they contain what system calls and
     * wake-ups cost, which is not charged again.
     */
    public static Builder measured() {
        return new Builder(true);
    }

    /**
     * Returns the operations, such as {@code loop 100; receive 0; run 50000; send 1; end; exit}.
     */
    @Override
    public String toString() {
        return IntStream.range(0, code.length / 2)
                .mapToObj(this::toString)
                .collect(Collectors.joining("; "));
    }

    private String toString(int pc) {
        int op = op(code, pc);
        long first = first(code, pc);
        long second = second(code, pc);
        String operands =
                switch (op) {
                    case END, YIELD, EXIT, ROUND -> "";
                    case RUN, SLEEP -> " " + first + (second == first ? "" : ".." + second);
                    case WAKE -> " " + first + " " + second;
                    default -> " " + first;
                };
        return WORDS[op] + operands;
    }

    /** Puts a program together, operation by operation. */
    public static final class Builder {

        /** More often than there is time for; and the largest operand. */
        static final long FOREVER = Long.MAX_VALUE >>> OP_BITS;

        private static final int MAX_DEPTH = 8;

        private long[] code = new long[32];
        private int size;
        private final ArrayDeque<Integer> loops = new ArrayDeque<>();

        private final boolean measured;
        private int nrTimers;

        private Builder(boolean measured) {
            this.measured = measured;
        }

        /** Computes for so long, counted in CPU time. */
        public Builder run(long ns) {
            return run(ns, ns);
        }

        /** Computes for a time drawn evenly from a range. */
        public Builder run(long fromNs, long toNs) {
            return add(RUN, positive(fromNs), range(fromNs, toNs));
        }

        /**
         * Computes until so long has passed since the task's start, whether it had a CPU or not.
         */
        public Builder runUntil(long ns) {
            return add(UNTIL, positive(ns), 0);
        }

        /** Computes until so long has passed, whether it had a CPU or not. */
        Builder runSpan(long ns) {
            return add(SPAN, positive(ns), 0);
        }

        /**
         * Sets a timer on by a period, counted at first from when the task was to start, and sleeps
         * until it is due; goes on at once when that time has passed already.
         *
         * @param timer its number, among the task's own or among those that all share
         * @param absolute what is late stays so; else the timer then goes on from now
         */
        Builder timer(int timer, boolean shared, boolean absolute, long periodNs) {
            nrTimers = shared ? nrTimers : Math.max(nrTimers, timer + 1);
            long how = (shared ? SHARED : 0) | (absolute ? ABSOLUTE : 0);
            return add(TIMER, periodNs, (long) timer << TIMER_SHIFT | how);
        }

        public Builder sleep(long ns) {
            return sleep(ns, ns);
        }

        /** Sleeps for a time drawn evenly from a range. */
        public Builder sleep(long fromNs, long toNs) {
            return add(SLEEP, positive(fromNs), range(fromNs, toNs));
        }

        /** Sleeps until the next period begins, counted from the task's start. */
        public Builder period(long ns) {
            return add(PERIOD, positive(ns), 0);
        }

        /** Sends one message; sleeps while the pipe is full. */
        public Builder send(int pipe) {
            return add(SEND, pipe, 0);
        }

        /** Receives one message; sleeps while the pipe is empty. */
        public Builder receive(int pipe) {
            return add(RECEIVE, pipe, 0);
        }

        /** Takes a mutex; sleeps while another task has it. */
        public Builder lock(int lock) {
            return add(LOCK, lock, 0);
        }

        public Builder unlock(int lock) {
            return add(UNLOCK, lock, 0);
        }

        /** Unlocks a mutex, whoever has it, or nobody. */
        Builder release(int lock) {
            return add(UNLOCK, lock, 1);
        }

        /** Unlocks a mutex, whoever has it, and sleeps until another task wakes this queue. */
        Builder releaseAndAwait(int lock, int waitQueue) {
            return add(CONDITION, waitQueue, lock);
        }

        /**
         * Sleeps until another task wakes this queue; begins at the instant at which what comes
         * before ends, so that of two tasks that wake each other at once not both are too early.
         */
        Builder awaitAtOnce(int waitQueue) {
            return add(WAIT, waitQueue, 1);
        }

        /** Sleeps until so many tasks have come to this; the last goes on and wakes the others. */
        Builder barrier(int waitQueue, int nr) {
            return add(BARRIER, waitQueue, positive(nr));
        }

        /** Sleeps until another task wakes this queue. */
        public Builder await(int waitQueue) {
            return add(WAIT, waitQueue, 0);
        }

        /** Wakes the first so many tasks that wait; if none do, nothing is remembered. */
        public Builder wake(int waitQueue, int nr) {
            return add(WAKE, waitQueue, positive(nr));
        }

        /** Starts a task from a template of the workload. */
        public Builder fork(int template) {
            return add(FORK, template, 0);
        }

        /** Gives up what is left of the slice. */
        public Builder yieldCpu() {
            return add(YIELD, 0, 0);
        }

        /** Repeats what follows, up to the matching {@link #end}. */
        public Builder loop(long times) {
            if (loops.size() == MAX_DEPTH) {
                throw new IllegalArgumentException("loops nest at most " + MAX_DEPTH + " deep");
            }
            loops.push(size);
            return add(LOOP, positive(times), 0);
        }

        public Builder forever() {
            return loop(FOREVER);
        }

        public Builder end() {
            if (loops.isEmpty()) {
                throw new IllegalArgumentException("end() without loop()");
            }
            int start = loops.pop();
            if (start == size - 1) {
                throw new IllegalArgumentException("a loop must hold something that takes time");
            }
            code[2 * start + 1] = size;
            return add(END, 0, start);
        }

        /**
         * @throws IllegalArgumentException if a loop is open, or holds nothing
         */
        public Program build() {
            if (!loops.isEmpty()) {
                throw new IllegalArgumentException(loops.size() + " loop() without end()");
            }
            add(EXIT, 0, 0);
            return new Program(Arrays.copyOf(code, 2 * size), measured, nrTimers);
        }

        private Builder add(int op, long first, long second) {
            if (2 * size == code.length) {
                code = Arrays.copyOf(code, 4 * size);
            }
            code[2 * size] = first << OP_BITS | op;
            code[2 * size + 1] = second;
            size++;
            return this;
        }

        private static long positive(long value) {
            if (value < 1 || value > FOREVER) {
                throw new IllegalArgumentException(value + " is not in 1.." + FOREVER);
            }
            return value;
        }

        private static long range(long from, long to) {
            if (to < from || to > FOREVER) {
                throw new IllegalArgumentException("from " + from + " to " + to);
            }
            return to;
        }
    }
}
