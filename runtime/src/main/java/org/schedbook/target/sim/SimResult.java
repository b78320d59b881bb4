package org.schedbook.target.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.schedbook.harness.PolicyFault;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.schedule.Schedule;

/**
 * What came out of a simulation. Times are simulated nanoseconds.
 *
 * @param workload the workload's name
 * @param policy the policy's class
 * @param outcome why the simulation ended
 * @param exit what the policy was told at its end
 * @param timeNs the simulated time at the end
 * @param nrEvents how many events the simulator took from its queue or ran on with
 * @param nrMessages how many messages were received
 * @param tasks the tasks, by number
 * @param cpus the CPUs, by number
 * @param latencies from wake-up to running, by the tasks' name
 * @param counters what was counted, named as on a live kernel
 * @param faults what the policy did wrong, each kind once
 * @param findings what went wrong for the tasks
 * @param trace what happened, as much as was asked for
 */
public record SimResult(
        String workload,
        String policy,
        Outcome outcome,
        ExitInfo exit,
        long timeNs,
        long nrEvents,
        long nrMessages,
        List<TaskResult> tasks,
        List<CpuResult> cpus,
        List<Latency> latencies,
        Map<String, Long> counters,
        List<PolicyFault> faults,
        List<Finding> findings,
        Trace trace) {

    /** The task that runs the loop of a policy in user space. */
    private static final int LOOP_PID = 1;

    /** Why a simulation ended. */
    public enum Outcome {
        /** All tasks did. */
        COMPLETED,
        /** The simulated time was up. */
        TIME_LIMIT,
        /** The time was up that the workload itself says it takes. */
        DURATION,
        /** Every task sleeps, and nothing will wake one, nor does the workload end by itself. */
        DEADLOCK,
        /** A runnable task did not run for too long; the kernel would have ejected the policy. */
        STALLED,
        /** Too many events. */
        EVENT_BUDGET,
        /** Too much real time, or one call of the policy did not return; there are no figures. */
        DEADLINE,
        /** The policy's {@code init} threw. */
        INIT_FAILED
    }

    /**
     * One task. {@code endNs} is -1 if it did not end.
     *
     * @param tgid the process it belongs to
     * @param mayUse the CPUs it may use, all if empty
     * @param runNs on a CPU, costs included
     * @param waitNs runnable and not running
     * @param maxWaitNs the longest such time
     */
    public record TaskResult(
            int pid,
            int tgid,
            String comm,
            int weight,
            List<Integer> mayUse,
            long runNs,
            long waitNs,
            long maxWaitNs,
            long bornNs,
            long endNs,
            long nrWakeups,
            long nrStarts,
            long nrPreemptions,
            long nrMigrations) {}

    /** One CPU. */
    public record CpuResult(int id, long busyNs, long idleNs, long nrSwitches) {}

    /**
     * From wake-up to running, over all tasks of a name; percentiles are up to 3.2 % high.
     *
     * @param countsByMicros how often each latency was seen, in µs rounded down
     */
    public record Latency(
            String comm,
            long count,
            long p50Ns,
            long p95Ns,
            long p99Ns,
            long p999Ns,
            long maxNs,
            SortedMap<Long, Long> countsByMicros) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: %,d wake-ups, p50 %,d ns, p99 %,d ns, longest %,d ns",
                    comm,
                    count,
                    p50Ns,
                    p99Ns,
                    maxNs);
        }
    }

    /**
     * Something that went wrong for a task.
     *
     * @param kind what
     * @param timeNs when it was over, or the simulation was
     * @param pid the task
     * @param cpu where
     * @param message what, in one line with figures
     * @param events the task's events that led there, if a trace was kept
     */
    public record Finding(
            Kind kind, long timeNs, int pid, int cpu, String message, List<Trace.Event> events) {

        /** Kinds of findings. */
        public enum Kind {
            /** A task could run and did not for long. */
            STARVATION,
            /** A CPU was idle while a task waited that may use it. */
            WORK_NOT_CONSERVED,
            /** A task got much more or less than its weight's share. */
            UNFAIRNESS
        }
    }

    public SimResult {
        tasks = List.copyOf(tasks);
        cpus = List.copyOf(cpus);
        latencies = List.copyOf(latencies);
        faults = List.copyOf(faults);
        findings = List.copyOf(findings);
    }

    /** Returns a hash of all that happened: the same for the same input, on any machine. */
    public long digest() {
        return trace.digest();
    }

    /** Returns the scheduling events: wake-ups, enqueues, inserts, dispatches, starts and stops. */
    public long nrSchedulingEvents() {
        return trace.count();
    }

    /** Returns messages received in a second of simulated time. */
    public double messagesPerSecond() {
        return timeNs == 0 ? 0 : nrMessages * 1e9 / timeNs;
    }

    /** Returns how many times a task started on another CPU than before. */
    public long nrMigrations() {
        return tasks.stream().mapToLong(TaskResult::nrMigrations).sum();
    }

    /** Returns the name of a DSQ as the kernel's documentation writes it. */
    public static String dsqName(long dsq) {
        if (dsq == Dsq.GLOBAL) {
            return "SCX_DSQ_GLOBAL";
        }
        if (dsq == Dsq.LOCAL) {
            return "SCX_DSQ_LOCAL";
        }
        return Dsq.isLocalOn(dsq) ? "SCX_DSQ_LOCAL_ON|" + Dsq.cpuOf(dsq) : "DSQ " + dsq;
    }

    /**
     * Tells what the policy decided about a task up to a time, and who else was in that DSQ then.
     *
     * @throws IllegalStateException if no trace was kept up to that time
     */
    public Why why(int pid, long timeNs) {
        if (trace.size() < trace.count() && trace.before(timeNs) == trace.size()) {
            throw new IllegalStateException(
                    "The trace holds %d of %d events: ask for more with withTrace"
                            .formatted(trace.size(), trace.count()));
        }
        var waiting = new LinkedHashMap<Integer, Long>();
        Trace.Event decision = null;
        int line = 0;
        List<Integer> others = List.of();
        for (int i = 0; i < trace.before(timeNs); i++) {
            Trace.Event event = trace.get(i);
            switch (event.kind()) {
                case INSERT -> {
                    waiting.put(event.pid(), placeOf(event));
                    if (event.pid() == pid) {
                        decision = event;
                        line = trace.lineOf(i);
                        others = others(waiting, pid);
                    }
                }
                case START, EXIT -> waiting.remove(event.pid());
                default -> {}
            }
        }
        return new Why(pid, timeNs, decision, line, others, trace.upTo(timeNs, pid, 12));
    }

    private static long placeOf(Trace.Event insert) {
        return insert.argument() == Dsq.LOCAL ? Dsq.localOn(insert.cpu()) : insert.argument();
    }

    private static List<Integer> others(Map<Integer, Long> waiting, int pid) {
        long dsq = waiting.get(pid);
        var others = new ArrayList<Integer>();
        waiting.forEach(
                (other, place) -> {
                    if (place == dsq && other != pid) {
                        others.add(other);
                    }
                });
        return others;
    }

    /**
     * What led to where a task was.
     *
     * @param decision the last insert, null if there was none yet
     * @param line the line of the policy that made it, 0 if that was not kept
     * @param others the tasks that were in the same DSQ, in the order they were inserted
     * @param events the task's last events
     */
    public record Why(
            int pid,
            long timeNs,
            Trace.Event decision,
            int line,
            List<Integer> others,
            List<Trace.Event> events) {

        @Override
        public String toString() {
            var text = new StringBuilder();
            if (decision == null) {
                text.append("Task %d was in no DSQ yet.".formatted(pid));
            } else {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "At %,d ns the policy put task %d into %s with a slice of %,d ns%s; %d others",
                                decision.timeNs(),
                                pid,
                                dsqName(decision.argument()),
                                decision.argument2(),
                                decision.byVtime() ? " and vtime " + decision.vtime() : "",
                                others.size()));
                text.append(" were there").append(others.isEmpty() ? "." : ": " + others);
            }
            events.forEach(event -> text.append('\n').append(event));
            return text.toString();
        }
    }

    /** Returns who ran where and when, as far as the trace goes. */
    public Schedule schedule() {
        var schedule = new Schedule.Builder();
        for (TaskResult task : tasks) {
            schedule.task(
                    new Schedule.Task(
                            task.pid(), task.comm(), task.weight(), task.tgid(), task.mayUse()));
        }
        for (int i = 0; i < trace.size(); i++) {
            Trace.Event event = trace.get(i);
            long time = event.timeNs();
            int pid = event.pid();
            switch (event.kind()) {
                case WAKE -> schedule.wakes(time, event.cpu(), pid, (int) event.argument());
                case INSERT ->
                        schedule.inserted(
                                new Schedule.Insert(
                                        time,
                                        pid,
                                        event.argument(),
                                        event.argument2(),
                                        event.byVtime(),
                                        event.vtime()));
                case START -> {
                    if (pid == LOOP_PID) {
                        schedule.task(pid, "policy", Schedule.NO_WEIGHT);
                    }
                    schedule.starts(time, event.cpu(), pid);
                }
                case PREEMPT -> schedule.stops(time, event.cpu(), pid, Schedule.End.PREEMPTED);
                case SLEEP -> schedule.stops(time, event.cpu(), pid, Schedule.End.SLEPT);
                case EXIT -> schedule.stops(time, event.cpu(), pid, Schedule.End.ENDED);
                default -> {}
            }
        }
        boolean whole = trace.count() == trace.size();
        if (!whole) {
            schedule.gap("%,d of %,d events are kept".formatted(trace.size(), trace.count()));
        }
        return schedule.build("simulated", cpus.size(), timeNs);
    }
}
