package org.schedbook.check;

import java.util.List;
import org.schedbook.check.Judgement.Verdict;
import org.schedbook.schedule.Letters;
import org.schedbook.schedule.Schedule;

/**
 * A promise held to the schedule of a load.
 *
 * @param load what was scheduled, a few words
 */
public record Holding(Promise promise, String load, Schedule schedule, Judgement judgement) {

    /** What is shown before and, twice that, after a place. */
    private static final long AROUND_NS = 10_000_000;

    /** Of a schedule with long slices that would be one task alone. */
    private static final int TURNS = 12;

    /** Holds a schedule to a promise. */
    public static Holding of(Promise promise, String load, Schedule schedule) {
        return new Holding(promise, load, schedule, promise.judge(schedule));
    }

    /**
     * Returns what holds of a promise over several loads: broken if it is on one of them, kept if
     * it was put to the test at all.
     */
    public static Verdict verdict(List<Holding> holdings) {
        List<Verdict> verdicts = holdings.stream().map(h -> h.judgement.verdict()).toList();
        return verdicts.contains(Verdict.BROKEN)
                ? Verdict.BROKEN
                : verdicts.contains(Verdict.KEPT) ? Verdict.KEPT : Verdict.CANNOT_BE_JUDGED;
    }

    /** Returns where it was first broken: the schedule there, in letters, and what to look at. */
    public String place() {
        long at = Math.max(0, judgement.atNs());
        long from = Math.max(0, at - AROUND_NS);
        long some =
                schedule.runs().stream()
                        .mapToLong(Schedule.Run::fromNs)
                        .filter(ns -> ns >= at)
                        .skip(TURNS)
                        .findFirst()
                        .orElse(0);
        long to = Math.min(schedule.endNs(), Math.max(some, at + 2 * AROUND_NS));
        String letters = to <= from ? "" : Letters.of(schedule, schedule::name, from, to) + "\n";
        String hint = judgement.hint().isEmpty() ? "" : "Hint: " + judgement.hint();
        return (letters + hint).stripTrailing();
    }
}
