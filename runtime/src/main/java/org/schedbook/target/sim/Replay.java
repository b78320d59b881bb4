package org.schedbook.target.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.schedbook.target.sim.SimWorkload.TaskSpec;

/** Turns a recording of a scheduler into a workload: follows each task through the events. */
final class Replay {

    /** Something a task did. */
    private sealed interface Step {}

    private record Ran(long ns) implements Step {}

    private record Slept(long ns) implements Step {}

    /** Slept until another task woke it. */
    private record Waited() implements Step {}

    private record Forked(Actor child) implements Step {}

    /** Woke another task. */
    private static final class Woke implements Step {
        final Actor whom;

        /** That one slept; it was not just about to. */
        boolean slept;

        Woke(Actor whom) {
            this.whom = whom;
        }
    }

    /** A wake-up, and the step of the task that did it; null if none did that is recorded. */
    private record Wakeup(long timeNs, Woke by) {}

    private static final class Actor {
        private static final long NO_TIME = -1;

        final int pid;
        final int template;
        final List<Step> steps = new ArrayList<>();
        String comm = "task";
        int prio = Weights.PRIO_OF_NICE_0;
        long runningSince = NO_TIME;
        long asleepSince = NO_TIME;
        Wakeup wakeup;
        int nrWaits;

        /** The pipe that it waits at. */
        int pipe;

        Actor(int pid, int template) {
            this.pid = pid;
            this.template = template;
        }

        void ran(long now) {
            if (runningSince != NO_TIME && now > runningSince) {
                steps.add(new Ran(now - runningSince));
                runningSince = now;
            }
        }

        void starts(long now) {
            if (asleepSince != NO_TIME) {
                if (wakeup != null && wakeup.by != null) {
                    wakeup.by.slept = true;
                    steps.add(new Waited());
                    nrWaits++;
                } else {
                    long until = wakeup == null ? now : wakeup.timeNs;
                    steps.add(new Slept(Math.max(1, until - asleepSince)));
                }
                asleepSince = NO_TIME;
            }
            wakeup = null;
            runningSince = now;
        }

        void stops(long now) {
            ran(now);
            runningSince = NO_TIME;
        }
    }

    private final SchedTrace trace;
    private final Map<Integer, Actor> actors = new LinkedHashMap<>();
    private final List<Actor> forked = new ArrayList<>();
    private final long startNs;

    Replay(SchedTrace trace) {
        this.trace = trace;
        this.startNs = trace.events().getFirst().timeNs();
        trace.roots().forEach(pid -> add(pid, -1).runningSince = startNs);
        trace.events().forEach(this::follow);
        long end = trace.events().getLast().timeNs();
        actors.values().forEach(actor -> actor.ran(end));
        forked.forEach(actor -> actor.ran(end));
    }

    private Actor add(int pid, int template) {
        var actor = new Actor(pid, template);
        actors.put(pid, actor);
        return actor;
    }

    /** Returns who a task is, null if the recording is not about it. */
    private Actor actor(int pid) {
        Actor actor = actors.get(pid);
        if (actor == null && pid != 0 && trace.roots().isEmpty()) {
            actor = add(pid, -1);
            actor.asleepSince = startNs;
        }
        return actor;
    }

    private void follow(SchedTrace.Event event) {
        long now = event.timeNs();
        switch (event) {
            case SchedTrace.Switch to -> {
                Actor prev = actor(to.prev());
                if (prev != null) {
                    prev.comm = to.prevComm();
                    leave(prev, to, now);
                }
                Actor next = actor(to.next());
                if (next != null) {
                    next.comm = to.nextComm();
                    next.prio = to.nextPrio();
                    next.starts(now);
                }
            }
            case SchedTrace.Waking waking -> {
                Actor whom = actor(waking.pid());
                if (whom != null && waking.done() && whom.wakeup != null) {
                    return; // the sched_waking before it said so already
                }
                Actor waker = waking.waker() == waking.pid() ? null : actor(waking.waker());
                if (whom != null) {
                    Woke by = null;
                    if (waker != null) {
                        by = new Woke(whom);
                        waker.ran(now);
                        waker.steps.add(by);
                    }
                    // It may come shortly before the switch of one that is going to sleep.
                    whom.wakeup = new Wakeup(now, by);
                }
            }
            // Another policy decides now.
            case SchedTrace.Insert _, SchedTrace.Move _, SchedTrace.Slice _ -> {}
            case SchedTrace.Fork fork -> {
                Actor parent = actor(fork.parent());
                if (parent != null) {
                    Actor child = add(fork.child(), forked.size());
                    forked.add(child);
                    parent.ran(now);
                    parent.steps.add(new Forked(child));
                }
            }
        }
    }

    private void leave(Actor prev, SchedTrace.Switch to, long now) {
        if (prev.asleepSince == startNs && prev.steps.isEmpty()) {
            // First seen as it leaves: it ran from the beginning.
            prev.asleepSince = Actor.NO_TIME;
            prev.runningSince = startNs;
        }
        prev.stops(now);
        if (to.prevEnds()) {
            // Its number may be given to another.
            if (prev.template >= 0) {
                actors.remove(prev.pid);
            }
        } else if (!to.prevGoesOn()) {
            prev.asleepSince = now;
        }
    }

    SimWorkload workload() {
        SimWorkload.Builder workload = SimWorkload.named(trace.name());
        List<Actor> first = actors.values().stream().filter(a -> a.template < 0).toList();
        first.forEach(actor -> addPipe(workload, actor));
        forked.forEach(actor -> addPipe(workload, actor));
        first.forEach(actor -> workload.task(task(actor)));
        forked.forEach(actor -> workload.template(task(actor)));
        return workload.build();
    }

    /** Holds all wake-ups of a task, so that none is lost when they come early. */
    private static void addPipe(SimWorkload.Builder workload, Actor actor) {
        actor.pipe = actor.nrWaits == 0 ? -1 : workload.pipe(actor.nrWaits, 0);
    }

    private static TaskSpec task(Actor actor) {
        var program = Program.measured();
        long ran = 0;
        for (Step step : actor.steps) {
            if (step instanceof Woke woke && !woke.slept) {
                continue;
            }
            if (step instanceof Ran(long ns)) {
                ran += ns;
                continue;
            }
            if (ran > 0) {
                program.run(ran);
                ran = 0;
            }
            switch (step) {
                case Slept(long ns) -> program.sleep(ns);
                case Waited() -> program.receive(actor.pipe);
                case Forked(Actor child) -> program.fork(child.template);
                case Woke woke -> program.send(woke.whom.pipe);
                case Ran _ -> throw new AssertionError();
            }
        }
        if (ran > 0) {
            program.run(ran);
        }
        return TaskSpec.of(actor.comm, program.build()).withWeight(Weights.ofPrio(actor.prio));
    }
}
