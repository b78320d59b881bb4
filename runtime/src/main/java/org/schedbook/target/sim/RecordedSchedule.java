package org.schedbook.target.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.schedbook.policy.Dsq;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;

/** Turns a recording of a kernel's scheduler into a {@link Schedule}. */
final class RecordedSchedule {

    private static final int IDLE = 0;

    /** What {@link Dsq#GLOBAL} is in the kernel: DSQ_GLOBAL of wire.h. */
    private static final long SHARED = 1L << 32;

    private final SchedTrace trace;
    private final long startNs;
    private final Schedule.Builder schedule = new Schedule.Builder();

    /** The tasks that it is about; nobody where it is about all. */
    private final Set<Integer> ours;

    /** Those that were woken and have not run since. */
    private final Set<Integer> woken = new HashSet<>();

    /** What the next move on a CPU gives; the kernel is told of it in a call of its own. */
    private final Map<Integer, Long> slices = new HashMap<>();

    /** The weights of those of whom they are known. */
    private final Map<Integer, Integer> weights = new HashMap<>();

    RecordedSchedule(SchedTrace trace) {
        this.trace = trace;
        this.ours = new HashSet<>(trace.roots());
        this.startNs = trace.events().isEmpty() ? 0 : trace.events().getFirst().timeNs();
    }

    Schedule schedule(String source) {
        for (SchedTrace.Event event : trace.events()) {
            long time = event.timeNs() - startNs;
            switch (event) {
                case SchedTrace.Switch to -> {
                    woken.remove(to.next());
                    if (isOurs(to.prev())) {
                        schedule.stops(time, to.cpu(), to.prev(), end(to));
                        // It may have taken another name while it ran.
                        tell(to.prev(), to.prevComm());
                    }
                    if (isOurs(to.next())) {
                        schedule.starts(time, to.cpu(), to.next());
                        weights.put(to.next(), Weights.ofPrio(to.nextPrio()));
                        tell(to.next(), to.nextComm());
                    }
                }
                case SchedTrace.Waking waking -> {
                    boolean again = !woken.add(waking.pid()) && waking.done();
                    if (isOurs(waking.pid()) && !again) {
                        schedule.wakes(time, waking.cpu(), waking.pid(), waking.waker());
                    }
                }
                case SchedTrace.Insert insert ->
                        inserted(
                                time,
                                insert.pid(),
                                insert.dsq(),
                                insert.sliceNs(),
                                insert.byVtime(),
                                insert.vtime());
                case SchedTrace.Slice slice -> slices.put(slice.cpu(), slice.sliceNs());
                case SchedTrace.Move move -> {
                    Long slice = slices.remove(move.cpu());
                    // Only where a policy hands a task out does it say for how long.
                    if (slice != null) {
                        inserted(time, move.pid(), move.dsq(), slice, false, 0);
                    }
                }
                case SchedTrace.Fork fork -> {
                    if (!ours.isEmpty() && ours.contains(fork.parent())) {
                        ours.add(fork.child());
                    }
                    if (isOurs(fork.child())) {
                        woken.add(fork.child());
                        schedule.wakes(time, fork.cpu(), fork.child(), fork.parent());
                    }
                }
            }
        }
        if (!trace.roots().isEmpty()) {
            schedule.partial();
        }
        trace.gaps().forEach(gap -> schedule.gap(gap.reason()));
        return schedule.build(source, 1, 0);
    }

    private void inserted(
            long time, int pid, long into, long sliceNs, boolean byVtime, long vtime) {
        long dsq = into == SHARED ? Dsq.GLOBAL : into;
        if (isOurs(pid) && isThePolicys(dsq)) {
            schedule.inserted(new Schedule.Insert(time, pid, dsq, sliceNs, byVtime, vtime));
        }
    }

    private void tell(int pid, String comm) {
        int weight = weights.getOrDefault(pid, Schedule.NO_WEIGHT);
        int tgid = trace.tgids().getOrDefault(pid, Schedule.NO_TGID);
        schedule.task(new Schedule.Task(pid, comm, weight, tgid, List.of()));
    }

    private boolean isOurs(int pid) {
        return pid != IDLE && (trace.roots().isEmpty() || ours.contains(pid));
    }

    /** Schedbook has more DSQs in the kernel, of its own threads and of tasks that are kept. */
    private static boolean isThePolicys(long dsq) {
        return dsq < SHARED;
    }

    private static End end(SchedTrace.Switch to) {
        return to.prevEnds() ? End.ENDED : to.prevGoesOn() ? End.PREEMPTED : End.SLEPT;
    }
}
