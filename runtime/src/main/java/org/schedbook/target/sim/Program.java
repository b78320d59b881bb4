package org.schedbook.target.sim;

import java.util.ArrayDeque;
import java.util.Arrays;

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

    static final Program USER_SPACE_LOOP =
            new Program(
                    new int[] {LOOP, ROUND, END, EXIT},
                    new long[] {Builder.FOREVER, 0, 0, 0},
                    new long[] {2, 0, 0, 0});

    final int[] ops;

    /** Times, counts and numbers of what the operations are about. */
    final long[] a;

    /** The upper end of a range of times, or for LOOP and END the place of the other. */
    final long[] b;

    private Program(int[] ops, long[] a, long[] b) {
        this.ops = ops;
        this.a = a;
        this.b = b;
    }

    /** Starts a program. */
    public static Builder start() {
        return new Builder();
    }

    /** Puts a program together, operation by operation. */
    public static final class Builder {

        static final long FOREVER = Long.MAX_VALUE;

        private static final int MAX_DEPTH = 8;

        private int[] ops = new int[16];
        private long[] a = new long[16];
        private long[] b = new long[16];
        private int size;
        private final ArrayDeque<Integer> loops = new ArrayDeque<>();

        private Builder() {}

        /** Computes for so long, counted in CPU time. */
        public Builder run(long ns) {
            return run(ns, ns);
        }

        /** Computes for a time drawn evenly from a range. */
        public Builder run(long fromNs, long toNs) {
            return add(RUN, positive(fromNs), range(fromNs, toNs));
        }

        public Builder sleep(long ns) {
            return sleep(ns, ns);
        }

        /** Sleeps for a time drawn evenly from a range. */
        public Builder sleep(long fromNs, long toNs) {
            return add(SLEEP, positive(fromNs), range(fromNs, toNs));
        }

        /**
         * Sleeps until the next period begins, counted from the task's start; goes on at once when
         * that time has passed already.
         */
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
            b[start] = size;
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
            return new Program(
                    Arrays.copyOf(ops, size), Arrays.copyOf(a, size), Arrays.copyOf(b, size));
        }

        private Builder add(int op, long first, long second) {
            if (size == ops.length) {
                ops = Arrays.copyOf(ops, size * 2);
                a = Arrays.copyOf(a, size * 2);
                b = Arrays.copyOf(b, size * 2);
            }
            ops[size] = op;
            a[size] = first;
            b[size++] = second;
            return this;
        }

        private static long positive(long value) {
            if (value < 1) {
                throw new IllegalArgumentException(value + " is not positive");
            }
            return value;
        }

        private static long range(long from, long to) {
            if (to < from) {
                throw new IllegalArgumentException("from " + from + " to " + to);
            }
            return to;
        }
    }
}
