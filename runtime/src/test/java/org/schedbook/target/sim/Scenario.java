package org.schedbook.target.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/**
 * A few tasks and a policy, to be run in the simulator and in a guest.
 *
 * <p>The tasks sleep until the clock wakes them, a task that has CPU 0 for itself, so that nothing
 * on CPU 1 depends on when its timer fires.
 *
 * @param name what it shows
 * @param decides what the policy decides
 * @param actors the tasks, in the order they are woken
 * @param children what a fork starts
 * @param pipes the capacities of the pipes that they use; the first has the number {@code
 *     actors.size()}, those before it are what the actors wait at
 */
record Scenario(
        String name,
        String decides,
        List<Actor> actors,
        List<Actor> children,
        List<Integer> pipes) {

    static final String CLOCK = "clock";
    static final String TOLD = "told ";

    private static final long MS = 1_000_000;

    /**
     * A task.
     *
     * @param afterMs when it is woken, after the one before it
     * @param cpus the CPUs it may use, any if empty
     */
    record Actor(
            String name,
            long afterMs,
            int nice,
            List<Integer> cpus,
            UnaryOperator<Program.Builder> does) {

        Program after(Program.Builder beginning) {
            return does.apply(beginning).build();
        }

        TaskSpec task(Program.Builder beginning) {
            return new TaskSpec(name, 1, Weights.ofNice(nice), cpus, 0, after(beginning));
        }

        String line(Program.Builder beginning) {
            String on = cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
            return "task %s %s %d %s"
                    .formatted(name, on.isEmpty() ? "-" : on, nice, after(beginning));
        }
    }

    @Override
    public String toString() {
        return name;
    }

    private Actor clock() {
        return new Actor(
                CLOCK,
                0,
                0,
                List.of(0),
                program -> {
                    program.sleep(200 * MS); // by then all sleep, also where the host is busy
                    for (int i = 0; i < actors.size(); i++) {
                        if (actors.get(i).afterMs > 0) {
                            program.sleep(actors.get(i).afterMs * MS);
                        }
                        program.send(i);
                    }
                    // To end takes CPU 0 for a while, which the live loop is to find free.
                    return program.sleep(200 * MS);
                });
    }

    private Stream<Integer> allPipes() {
        return Stream.concat(actors.stream().map(_ -> 1), pipes.stream());
    }

    /** The command line for {@code runtime/guest/programs/perform.c}. */
    List<String> command() {
        var command = new ArrayList<>(List.of("/opt/schedbook/perform"));
        allPipes().forEach(capacity -> command.add("pipe " + capacity));
        for (Actor child : children) {
            command.add("template %s %s".formatted(child.name, child.after(Program.start())));
        }
        for (int i = 0; i < actors.size(); i++) {
            command.add(actors.get(i).line(Program.start().receive(i)));
        }
        command.add(clock().line(Program.start()));
        return command;
    }

    /** The same for the simulator. */
    SimWorkload workload() {
        var workload = SimWorkload.named(name);
        allPipes().forEach(capacity -> workload.pipe(capacity, capacity - 1));
        workload.lock();
        workload.waitQueue();
        for (Actor child : children) {
            workload.template(child.task(Program.start()));
        }
        for (int i = 0; i < actors.size(); i++) {
            workload.task(actors.get(i).task(Program.start().receive(i)));
        }
        return workload.task(clock().task(Program.start())).build();
    }

    // ---- The scenarios --------------------------------------------------------------------

    /**
     * A policy that says in the end what it was told of the tasks that ended, a letter for each
     * call since what is kept of a message is short. A slice is a second unless it matters: one
     * without end the live backend would cut short for the threads of its own process. Who was
     * interrupted all the same goes on before the others: that one did not wake.
     */
    String policy() {
        return """
        import java.util.ArrayDeque;
        import java.util.HashMap;
        public class Telling extends Policy {
            static final long LONG_NS = 1_000_000_000;
            final HashMap<Integer, String> heard = new HashMap<>();
            final StringBuilder told = new StringBuilder();
            boolean woke(long enqFlags) { return (enqFlags & Enq.WAKEUP) != 0; }
            long place(long enqFlags) { return woke(enqFlags) ? 0 : Enq.HEAD; }
            void tell(Task task, String what) { heard.merge(task.pid(), what, (all, last) -> all + last); }
            public void runnable(Task task, long enqFlags) { tell(task, "r" + task.weight()); }
            public void running(Task task) { tell(task, "c" + task.cpu()); }
            public void stopping(Task task, boolean runnable) { tell(task, runnable ? "p" : "s"); }
            public void quiescent(Task task, long deqFlags) { tell(task, (deqFlags & 1) != 0 ? "q" : "m"); }
            public void exitTask(Task task) {
                tell(task, "x");
                told.append(task.pid() + heard.remove(task.pid()) + ";");
            }
            public void exit(ExitInfo info) { throw new IllegalStateException("%s" + told); }
        %s
        }
        """
                .formatted(TOLD, decides);
    }

    /** The same policy without a word: the kernel has no strings. */
    String quietPolicy() {
        return """
        import java.util.ArrayDeque;
        public class Deciding extends Policy {
            static final long LONG_NS = 1_000_000_000;
            boolean woke(long enqFlags) { return (enqFlags & Enq.WAKEUP) != 0; }
            long place(long enqFlags) { return woke(enqFlags) ? 0 : Enq.HEAD; }
        %s
        }
        """
                .formatted(decides);
    }

    private static final String FIFO =
            """
            public void enqueue(Task task, long enqFlags) {
                insert(task, Dsq.GLOBAL, LONG_NS, place(enqFlags));
            }
            """;

    /** Whoever comes goes to the end, woken or not. */
    private static final String TO_THE_END =
            """
            public void enqueue(Task task, long enqFlags) {
                insert(task, Dsq.GLOBAL, LONG_NS, 0);
            }
            """;

    private static final String SLICES =
            """
            public void enqueue(Task task, long enqFlags) {
                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
            }
            """;

    /** Whoever is nicer than others goes first. */
    private static final String HEAD =
            """
            public void enqueue(Task task, long enqFlags) {
                insert(task, Dsq.GLOBAL, LONG_NS, task.weight() > 100 ? Enq.HEAD : place(enqFlags));
            }
            """;

    private static final String VTIME =
            """
            public void init() { createDsq(7); }
            public void enqueue(Task task, long enqFlags) {
                insertVtime(task, 7, LONG_NS, woke(enqFlags) ? task.weight() : 0, enqFlags);
            }
            """;

    private static final String PREEMPT =
            """
            public void enqueue(Task task, long enqFlags) {
                insert(task, Dsq.localOn(task.cpu()), LONG_NS, task.weight() > 100 && woke(enqFlags) ? Enq.PREEMPT : place(enqFlags));
            }
            """;

    private static final String KICK_PREEMPT =
            """
            public void enqueue(Task task, long enqFlags) {
                insert(task, Dsq.GLOBAL, LONG_NS, place(enqFlags));
                if (task.weight() > 100 && woke(enqFlags)) kick(task.cpu(), Kick.PREEMPT);
            }
            """;

    private static final String KICK_IDLE =
            """
            public void enqueue(Task task, long enqFlags) {
                insert(task, Dsq.GLOBAL, LONG_NS, place(enqFlags));
                if (task.weight() > 100 && woke(enqFlags)) kick(task.cpu(), Kick.IDLE);
            }
            """;

    private static final String THREE_DSQS =
            """
            public void init() { createDsq(7); }
            public void enqueue(Task task, long enqFlags) {
                long dsq = task.weight() > 100 ? Dsq.localOn(task.cpu()) : task.weight() < 100 ? 7 : Dsq.GLOBAL;
                insert(task, woke(enqFlags) ? dsq : Dsq.localOn(task.cpu()), LONG_NS, place(enqFlags));
            }
            """;

    private static final String LAST_COME_FIRST_SERVED =
            """
            final ArrayDeque<Task> kept = new ArrayDeque<>();
            public void enqueue(Task task, long enqFlags) { kept.addFirst(task); }
            public void dequeue(Task task, long deqFlags) { kept.remove(task); }
            public void dispatch(int cpu, Task prev) {
                for (Task task : kept) {
                    if (task.canRunOn(cpu)) {
                        kept.remove(task);
                        insert(task, Dsq.LOCAL, LONG_NS, 0);
                        return;
                    }
                }
            }
            """;

    private static Actor on1(String name, UnaryOperator<Program.Builder> does) {
        return new Actor(name, 0, 0, List.of(1), does);
    }

    /** Has CPU 1 until the others have come. */
    private static Actor busy() {
        return on1("busy", p -> p.run(120 * MS));
    }

    /** Comes when the one before it is there. */
    private static Actor next(String name, int nice) {
        return new Actor(name, 20, nice, List.of(1), p -> p.run(5 * MS));
    }

    private static Scenario of(String name, String decides, Actor... actors) {
        return new Scenario(name, decides, List.of(actors), List.of(), List.of());
    }

    static final List<Scenario> ALL =
            List.of(
                    of(
                            "tasks run in the order they were enqueued",
                            FIFO,
                            busy(),
                            next("d", 0),
                            next("b", 0),
                            next("c", 0)),
                    of(
                            "a slice that ends sends its task to the end of the queue",
                            SLICES,
                            on1("a", p -> p.run(50 * MS)),
                            on1("b", p -> p.run(50 * MS)),
                            on1("c", p -> p.run(30 * MS))),
                    of("HEAD goes before the others", HEAD, busy(), next("b", 0), next("c", -5)),
                    of(
                            "vtime orders, and weights are those of nice values",
                            VTIME,
                            busy(),
                            next("b", 0),
                            next("c", 19),
                            next("d", -20),
                            next("e", 5)),
                    of("PREEMPT ends the slice of who runs", PREEMPT, busy(), next("b", -5)),
                    of("without PREEMPT a local task waits", PREEMPT, busy(), next("b", 0)),
                    of("a kick with PREEMPT ends a slice", KICK_PREEMPT, busy(), next("b", -5)),
                    of(
                            "a kick with IDLE leaves a busy CPU alone",
                            KICK_IDLE,
                            busy(),
                            next("b", -5)),
                    of(
                            "the local DSQ goes before the global one, and that before others",
                            THREE_DSQS,
                            busy(),
                            next("b", 5),
                            next("c", 0),
                            next("d", -5)),
                    of(
                            "what a policy keeps is handed out by dispatch",
                            LAST_COME_FIRST_SERVED,
                            busy(),
                            next("b", 0),
                            next("c", 0),
                            next("d", 0)),
                    of(
                            "a CPU passes over who may not run there",
                            FIFO,
                            busy(),
                            next("b", 0),
                            new Actor("c", 20, 0, List.of(0), p -> p.run(5 * MS))),
                    of(
                            "who wakes takes the CPU that is idle",
                            FIFO,
                            busy(),
                            new Actor(
                                    "b",
                                    20,
                                    0,
                                    List.of(),
                                    p -> p.run(5 * MS).sleep(20 * MS).run(5 * MS))),
                    of(
                            "yield gives up the slice",
                            TO_THE_END,
                            on1("a", p -> p.run(20 * MS).yieldCpu().run(5 * MS)),
                            on1("b", p -> p.run(5 * MS))),
                    new Scenario(
                            "a full pipe stops the sender and an empty one the receiver",
                            FIFO,
                            List.of(
                                    on1("a", p -> p.run(5 * MS).loop(5).send(2).run(MS).end()),
                                    on1("b", p -> p.loop(5).receive(2).run(MS).end())),
                            List.of(),
                            List.of(2)),
                    of(
                            "a mutex admits one",
                            FIFO,
                            on1("a", p -> p.lock(0).sleep(40 * MS).run(MS).unlock(0).run(MS)),
                            on1("b", p -> p.lock(0).run(5 * MS).unlock(0))),
                    of(
                            "who is woken does not take the CPU from the waker",
                            FIFO,
                            on1("a", p -> p.await(0).run(5 * MS)),
                            on1("b", p -> p.await(0).run(5 * MS)),
                            new Actor(
                                    "c",
                                    20,
                                    0,
                                    List.of(1),
                                    p -> p.run(5 * MS).wake(0, 2).run(5 * MS))),
                    new Scenario(
                            "a child waits its turn, and its parent goes on",
                            TO_THE_END,
                            List.of(
                                    on1("a", p -> p.run(2 * MS).fork(0).run(2 * MS)),
                                    on1("b", p -> p.run(5 * MS))),
                            List.of(on1("child", p -> p.run(5 * MS))),
                            List.of()));
}
