package org.schedbook.schedule;

import java.util.List;
import java.util.Optional;

/**
 * A task at an instant of a schedule.
 *
 * @param woken how it last became able to run, if that is known
 * @param inserted where the policy last put it, if that is known
 * @param waited its last wait that had begun by then
 * @param run its last run that had begun by then
 * @param others who had a CPU while it waited, in the order in which they got it
 */
public record Moment(
        int pid,
        long timeNs,
        Optional<Schedule.Wake> woken,
        Optional<Schedule.Insert> inserted,
        Optional<Schedule.Wait> waited,
        Optional<Schedule.Run> run,
        List<Schedule.Run> others) {

    /** Returns what a task did at a time. */
    public static Moment of(Schedule schedule, int pid, long timeNs) {
        Optional<Schedule.Wait> waited =
                schedule.waits().stream()
                        .filter(each -> each.pid() == pid && each.fromNs() <= timeNs)
                        .reduce((_, later) -> later);
        return new Moment(
                pid,
                timeNs,
                schedule.wakes().stream()
                        .filter(each -> each.pid() == pid && each.timeNs() <= timeNs)
                        .reduce((_, later) -> later),
                schedule.inserts().stream()
                        .filter(each -> each.pid() == pid && each.timeNs() <= timeNs)
                        .reduce((_, later) -> later),
                waited,
                schedule.runs().stream()
                        .filter(each -> each.pid() == pid && each.fromNs() <= timeNs)
                        .reduce((_, later) -> later),
                waited.map(wait -> during(schedule, wait)).orElse(List.of()));
    }

    private static List<Schedule.Run> during(Schedule schedule, Schedule.Wait wait) {
        return schedule.runs().stream()
                .filter(run -> run.toNs() > wait.fromNs() && run.fromNs() < wait.toNs())
                .toList();
    }

    public boolean runs() {
        return run.isPresent() && run.get().toNs() > timeNs;
    }

    public boolean waits() {
        return waited.isPresent() && waited.get().toNs() > timeNs;
    }

    /** Returns whether it has ended, as far as the schedule tells. */
    public boolean hasEnded() {
        return !runs() && run.isPresent() && run.get().end() == Schedule.End.ENDED;
    }
}
