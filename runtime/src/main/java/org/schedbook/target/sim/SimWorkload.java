package org.schedbook.target.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Tasks and what they share.
 *
 * @param name what it is called in results
 * @param tasks the tasks, started in this order
 * @param templates tasks that only a {@code fork} starts
 * @param pipes the pipes, by number
 * @param nrLocks how many mutexes there are
 * @param nrWaitQueues how many wait queues there are
 * @param nrTimers how many timers there are that tasks share
 * @param endNs when it ends although tasks go on, {@code Long.MAX_VALUE} if it does not
 */
public record SimWorkload(
        String name,
        List<TaskSpec> tasks,
        List<TaskSpec> templates,
        List<PipeSpec> pipes,
        int nrLocks,
        int nrWaitQueues,
        int nrTimers,
        long endNs) {

    /** {@code perf bench sched messaging}: 20 senders and 20 receivers in a group. */
    private static final int GROUP_SIZE = 20;

    /**
     * What a stream socket's default buffer (208 KiB) takes of 100-byte messages, each of which
     * counts with the overhead of its {@code sk_buff}, 768 bytes in all.
     */
    private static final int SOCKET_CAPACITY = 277;

    /** Messages of 100 bytes in a page of a pipe, which becomes free when all of it is read. */
    private static final int PAGE_CAPACITY = 40;

    /** What the 16 pages of a pipe take. */
    private static final int PIPE_CAPACITY = 16 * PAGE_CAPACITY;

    /**
     * One task.
     *
     * @param comm the name; latencies are summed up by it
     * @param tgid the process it belongs to
     * @param weight the scheduling weight, 1 to 10000; 100 is nice 0
     * @param cpus the CPUs it may use, all if empty
     * @param startNs when it starts
     * @param program what it does
     */
    public record TaskSpec(
            String comm, int tgid, int weight, List<Integer> cpus, long startNs, Program program) {

        public TaskSpec {
            if (weight < 1 || weight > 10_000) {
                throw new IllegalArgumentException("weight=" + weight + " is not in 1..10000");
            }
            if (startNs < 0) {
                throw new IllegalArgumentException("startNs=" + startNs);
            }
            cpus = List.copyOf(cpus);
        }

        /** A task of nice 0 that may run anywhere and starts at once. */
        public static TaskSpec of(String comm, Program program) {
            return new TaskSpec(comm, 1, 100, List.of(), 0, program);
        }

        public TaskSpec withWeight(int weight) {
            return new TaskSpec(comm, tgid, weight, cpus, startNs, program);
        }

        public TaskSpec withTgid(int tgid) {
            return new TaskSpec(comm, tgid, weight, cpus, startNs, program);
        }

        public TaskSpec onCpus(Integer... cpus) {
            return new TaskSpec(comm, tgid, weight, List.of(cpus), startNs, program);
        }

        public TaskSpec startingAt(long startNs) {
            return new TaskSpec(comm, tgid, weight, cpus, startNs, program);
        }
    }

    /** Returns the same, ending at the latest at that time, although tasks go on. */
    public SimWorkload endingAt(long ns) {
        return new SimWorkload(name, tasks, templates, pipes, nrLocks, nrWaitQueues, nrTimers, ns);
    }

    /**
     * A bounded pipe of messages.
     *
     * @param capacity how many messages it holds before senders sleep
     * @param lowWater senders are woken when no more than this many are left in it
     * @param socket whether it is a pair of sockets, which cost more
     */
    public record PipeSpec(int capacity, int lowWater, boolean socket) {

        public PipeSpec {
            if (capacity < 1 || lowWater < 0 || lowWater >= capacity) {
                throw new IllegalArgumentException(
                        "capacity=" + capacity + ", lowWater=" + lowWater);
            }
        }
    }

    public SimWorkload {
        tasks = List.copyOf(tasks);
        templates = List.copyOf(templates);
        pipes = List.copyOf(pipes);
    }

    /**
     * {@code perf bench sched messaging -t -g GROUPS -l LOOPS}: each sender sends {@code loops}
     * messages to each receiver of its group through the receiver's socket. A blocked sender wakes
     * when three quarters of the buffer are free, as {@code unix_writable} has it.
     */
    public static SimWorkload messaging(int groups, int loops) {
        return groups(
                "messaging",
                groups,
                loops,
                workload -> workload.socket(SOCKET_CAPACITY, SOCKET_CAPACITY / 4));
    }

    /** {@code hackbench --pipe --groups GROUPS --loops LOOPS}: the same through pipes. */
    static SimWorkload hackbench(int groups, int loops) {
        return groups(
                "hackbench",
                groups,
                loops,
                workload -> workload.pipe(PIPE_CAPACITY, PIPE_CAPACITY - PAGE_CAPACITY));
    }

    private static SimWorkload groups(
            String name, int groups, int loops, ToIntFunction<Builder> channel) {
        var workload = named(name);
        for (int g = 0; g < groups; g++) {
            int[] channels = new int[GROUP_SIZE];
            Arrays.setAll(channels, _ -> channel.applyAsInt(workload));
            for (int each : channels) {
                Program receiver =
                        Program.start().loop((long) GROUP_SIZE * loops).receive(each).end().build();
                workload.task(TaskSpec.of("receiver", receiver));
            }
            var sender = Program.start().loop(loops);
            for (int each : channels) {
                sender.send(each);
            }
            Program program = sender.end().build();
            for (int i = 0; i < GROUP_SIZE; i++) {
                workload.task(TaskSpec.of("sender", program));
            }
        }
        return workload.build();
    }

    /** {@code perf bench sched pipe -T -l LOOPS}: two tasks send one message to and fro. */
    public static SimWorkload pipe(int loops) {
        return pipes(1, loops);
    }

    /** So many pairs of tasks, each of which does what {@link #pipe} does. */
    public static SimWorkload pipes(int pairs, int loops) {
        var workload = named("pipe");
        for (int i = 0; i < pairs; i++) {
            int there = workload.pipe(16, 12);
            int back = workload.pipe(16, 12);
            workload.task(
                    TaskSpec.of(
                            "ping",
                            Program.start().loop(loops).send(there).receive(back).end().build()));
            workload.task(
                    TaskSpec.of(
                            "pong",
                            Program.start().loop(loops).receive(there).send(back).end().build()));
        }
        return workload.build();
    }

    /**
     * Interactive tasks among batch tasks: the former wake every 5 to 15 ms for 0.2 to 1 ms, the
     * latter compute all the time.
     *
     * @param durationNs how long each interactive task goes on, sleep included, about
     */
    public static SimWorkload interactive(int nrInteractive, int nrBatch, long durationNs) {
        var workload = named("interactive");
        long wakeups = Math.max(1, durationNs / 10_600_000);
        for (int i = 0; i < nrInteractive; i++) {
            workload.task(
                    TaskSpec.of(
                            "interactive",
                            Program.start()
                                    .loop(wakeups)
                                    .sleep(5_000_000, 15_000_000)
                                    .run(200_000, 1_000_000)
                                    .end()
                                    .build()));
        }
        for (int i = 0; i < nrBatch; i++) {
            workload.task(TaskSpec.of("batch", Program.start().run(durationNs).build()));
        }
        return workload.build();
    }

    /** Batch tasks of which one in ten has as much to do as all the others together. */
    public static SimWorkload skewed(int nrTasks, long shortNs) {
        var workload = named("skewed");
        for (int i = 0; i < nrTasks; i++) {
            boolean isLong = i % 10 == 9;
            workload.task(
                    TaskSpec.of(
                            isLong ? "long" : "short",
                            Program.start().run(isLong ? 9 * shortNs : shortNs).build()));
        }
        return workload.build();
    }

    /** Starts a workload of one's own. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** Collects tasks and numbers what they share. */
    public static final class Builder {

        private final String name;
        private final List<TaskSpec> tasks = new ArrayList<>();
        private final List<TaskSpec> templates = new ArrayList<>();
        private final List<PipeSpec> pipes = new ArrayList<>();
        private int nrLocks;
        private int nrWaitQueues;
        private int nrTimers;
        private long endNs = Long.MAX_VALUE;

        private Builder(String name) {
            this.name = name;
        }

        /** Adds a pipe and returns its number. */
        public int pipe(int capacity, int lowWater) {
            return add(new PipeSpec(capacity, lowWater, false));
        }

        /** Adds a pair of sockets, numbered as pipes are, and returns its number. */
        public int socket(int capacity, int lowWater) {
            return add(new PipeSpec(capacity, lowWater, true));
        }

        private int add(PipeSpec pipe) {
            pipes.add(pipe);
            return pipes.size() - 1;
        }

        /** Adds a mutex and returns its number. */
        public int lock() {
            return nrLocks++;
        }

        /** Adds a wait queue and returns its number. */
        public int waitQueue() {
            return nrWaitQueues++;
        }

        /** Adds a timer that tasks share and returns its number. */
        int timer() {
            return nrTimers++;
        }

        /** Says when the workload ends although tasks go on. */
        public Builder endingAt(long ns) {
            endNs = ns;
            return this;
        }

        public Builder task(TaskSpec task) {
            tasks.add(task);
            return this;
        }

        /**
         * Adds a task that {@code fork} starts and returns its number. It does nothing before its
         * own start has come.
         */
        public int template(TaskSpec task) {
            templates.add(task);
            return templates.size() - 1;
        }

        /**
         * @throws IllegalArgumentException if a program names a pipe, lock, wait queue or template
         *     that there is not
         */
        public SimWorkload build() {
            if (tasks.isEmpty()) {
                throw new IllegalArgumentException(name + " has no tasks");
            }
            tasks.forEach(this::check);
            templates.forEach(this::check);
            return new SimWorkload(
                    name, tasks, templates, pipes, nrLocks, nrWaitQueues, nrTimers, endNs);
        }

        private void check(TaskSpec task) {
            long[] code = task.program().code;
            for (int pc = 0; pc < code.length / 2; pc++) {
                int nr =
                        switch (Program.op(code, pc)) {
                            case Program.SEND, Program.RECEIVE -> pipes.size();
                            case Program.LOCK, Program.UNLOCK -> nrLocks;
                            case Program.WAIT, Program.WAKE, Program.CONDITION, Program.BARRIER ->
                                    nrWaitQueues;
                            case Program.FORK -> templates.size();
                            default -> Integer.MAX_VALUE;
                        };
                boolean names = nr != Integer.MAX_VALUE;
                long named = Program.first(code, pc);
                if (names && named >= nr) {
                    throw new IllegalArgumentException(
                            "%s: operation %d names number %d of %d"
                                    .formatted(task.comm(), pc, named, nr));
                }
            }
        }
    }
}
