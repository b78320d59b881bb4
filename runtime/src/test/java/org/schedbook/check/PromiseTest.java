package org.schedbook.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.check.Judgement.Verdict;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;

/** Promises are kept, broken, or cannot be judged, and what was seen is said. */
class PromiseTest {

    private static final long MS = 1_000_000;

    private static Judgement judge(String promise, Schedule schedule) {
        String[] words = promise.split(" ");
        return Promise.of(words[0], words.length > 1 ? words[1] : "").judge(schedule);
    }

    /** Two hogs in turn on a CPU, each for so long, so often. */
    private static Schedule turns(long firstMs, long secondMs, int nr) {
        var schedule = new Schedule.Builder().task(1, "a", 100).task(2, "b", 100);
        schedule.wakes(0, 0, 1, 0).wakes(0, 0, 2, 0);
        long time = 0;
        for (int i = 0; i < nr; i++) {
            schedule.starts(time, 0, 1).stops(time + firstMs * MS, 0, 1, End.PREEMPTED);
            time += firstMs * MS;
            schedule.starts(time, 0, 2).stops(time + secondMs * MS, 0, 2, End.PREEMPTED);
            time += secondMs * MS;
        }
        return schedule.build("simulated", 1, time);
    }

    @ParameterizedTest
    @CsvSource({
        "no-wait-over 10ms, 10, 10, KEPT",
        "no-wait-over 9ms, 10, 10, BROKEN",
        "shares-by-weight 2%, 10, 10, KEPT",
        "shares-by-weight 2%, 12, 10, BROKEN",
        "shares-by-weight 5%, 12, 10, KEPT",
        "runs-in-turn, 10, 30, KEPT",
        "stays-on-cpu, 10, 10, CANNOT_BE_JUDGED",
        "work-conserving, 10, 10, KEPT",
        // What no schedule of that length could break is not kept by this one.
        "no-wait-over 400ms, 10, 10, CANNOT_BE_JUDGED",
        "no-wait-over 399ms, 10, 10, KEPT",
        "work-conserving 9999999999999999999999s, 10, 10, CANNOT_BE_JUDGED",
        "shares-by-weight 50%, 10, 10, CANNOT_BE_JUDGED",
        "shares-by-weight 49%, 10, 10, KEPT",
        "shares-by-weight 200%, 12, 10, CANNOT_BE_JUDGED",
    })
    void twoHogsInTurn(String promise, long firstMs, long secondMs, Verdict verdict) {
        Judgement judgement = judge(promise, turns(firstMs, secondMs, 20));
        assertEquals(verdict, judgement.verdict(), judgement.why());
    }

    @Test
    void whatIsBrokenSaysWhoAndByHowMuch() {
        assertEquals(
                "b 2 waited for 12.000 ms from 0.000 ms on, 2.000 ms too long.",
                judge("no-wait-over 10ms", turns(12, 10, 20)).why());
        assertEquals(
                "a 1, weight 100, had 54.5 % of the CPU time of those that always want it, and its"
                        + " part by weight is 50.0 %: 4.5 % too much.",
                judge("shares-by-weight 2%", turns(12, 10, 20)).why());
    }

    @Test
    void aSecondTurnBeforeAnothersFirstBreaksTheOrder() {
        Schedule schedule =
                new Schedule.Builder()
                        .task(1, "a", 100)
                        .task(2, "b", 100)
                        .task(3, "c", 100)
                        .wakes(0, 0, 1, 0)
                        .wakes(0, 0, 2, 0)
                        .wakes(0, 0, 3, 0)
                        .starts(0, 0, 1)
                        .stops(10, 0, 1, End.PREEMPTED)
                        .starts(10, 0, 2)
                        .stops(20, 0, 2, End.PREEMPTED)
                        .starts(20, 0, 1)
                        .stops(30, 0, 1, End.PREEMPTED)
                        .build("simulated", 1, 30);
        Judgement judgement = judge("runs-in-turn", schedule);
        assertEquals(Verdict.BROKEN, judgement.verdict());
        assertEquals(
                "a 1 had two turns, at 0.000 ms and at 0.000 ms, while c 3 waited from 0.000 ms on.",
                judgement.why());
    }

    /** Turns of tasks on a CPU, a letter each, of 1 ms; all want it from the beginning. */
    private static Schedule order(String letters) {
        var schedule = new Schedule.Builder();
        letters.chars().distinct().forEach(pid -> schedule.task(pid, "" + (char) pid, 100));
        letters.chars().distinct().forEach(pid -> schedule.wakes(0, 0, pid, 0));
        for (int i = 0; i < letters.length(); i++) {
            schedule.starts(i * MS, 0, letters.charAt(i));
            schedule.stops((i + 1) * MS, 0, letters.charAt(i), End.PREEMPTED);
        }
        return schedule.build("simulated", 1, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "abcabcabc, KEPT",
        "abacbcabc, BROKEN",
        // Each has as many turns as the others, and yet b has two while a waits.
        "abcbacacb, BROKEN",
    })
    void whoeverWaitsIsNotPassedByTwice(String letters, Verdict verdict) {
        assertEquals(verdict, judge("runs-in-turn", order(letters)).verdict());
    }

    @Test
    void whoRunsIsNotPassed() {
        var schedule = new Schedule.Builder().task(1, "a", 100).task(2, "b", 100).task(3, "c", 100);
        schedule.wakes(0, 0, 1, 0).wakes(0, 1, 2, 0).wakes(0, 1, 3, 0).starts(0, 0, 1);
        for (int i = 0; i < 20; i++) {
            int pid = 2 + i % 2;
            schedule.starts(i * MS, 1, pid).stops((i + 1) * MS, 1, pid, End.PREEMPTED);
        }
        Judgement judgement = judge("runs-in-turn", schedule.build("simulated", 2, 20 * MS));
        assertEquals(Verdict.KEPT, judgement.verdict(), judgement.why());
    }

    /** What else ran between is not told: it may have been an interrupt's work. */
    @Test
    void aTurnThatWasInterruptedByAStrangerGoesOn() {
        var schedule = new Schedule.Builder().task(1, "a", 100).task(2, "b", 100);
        schedule.wakes(0, 0, 1, 0).wakes(0, 0, 2, 0);
        for (long ms = 0; ms < 40; ms += 20) {
            schedule.starts(ms * MS, 0, 1).stops((ms + 4) * MS, 0, 1, End.PREEMPTED);
            schedule.starts((ms + 5) * MS, 0, 1).stops((ms + 10) * MS, 0, 1, End.PREEMPTED);
            schedule.starts((ms + 10) * MS, 0, 2).stops((ms + 20) * MS, 0, 2, End.PREEMPTED);
        }
        assertEquals(
                Verdict.BROKEN, judge("runs-in-turn", schedule.build("simulated", 1, 0)).verdict());
        assertEquals(
                Verdict.KEPT,
                judge("runs-in-turn", schedule.partial().build("recorded", 1, 0)).verdict());
    }

    @Test
    void aCpuThatIsIdleWhileATaskWaitsIsSeenFromBeginningToEnd() {
        var schedule = new Schedule.Builder().task(1, "a", 100).task(2, "b", 100);
        schedule.wakes(0, 0, 1, 0).wakes(0, 0, 2, 0).starts(0, 0, 1);
        Judgement judgement = judge("work-conserving", schedule.build("simulated", 2, 50 * MS));
        assertEquals(Verdict.BROKEN, judgement.verdict());
        assertEquals(
                "CPU 1 was idle for 50.000 ms from 0.000 ms on while b 2 waited, 48.000 ms too"
                        + " long.",
                judgement.why());
    }

    /** Nobody waits for long here, and yet a CPU has nothing to do all the time. */
    @Test
    void aCpuThatIsIdleWhileOneAfterAnotherWaitsIsNotForgotten() {
        var schedule = new Schedule.Builder().task(1, "a", 100).task(2, "b", 100);
        schedule.wakes(0, 0, 1, 0).wakes(0, 0, 2, 0);
        for (int i = 0; i < 100; i++) {
            int pid = 1 + i % 2;
            schedule.starts(i * MS, 0, pid).stops((i + 1) * MS, 0, pid, End.PREEMPTED);
        }
        Judgement judgement = judge("work-conserving", schedule.build("simulated", 2, 0));
        assertEquals(Verdict.BROKEN, judgement.verdict());
        assertEquals(
                "CPU 1 was idle for 100.000 ms from 0.000 ms on while b 2 waited, and then others,"
                        + " 98.000 ms too long.",
                judgement.why());
    }

    @Test
    void aCpuMayBeIdleBesideATaskThatMayNotUseIt() {
        var schedule = new Schedule.Builder().task(1, "a", 100);
        schedule.task(new Schedule.Task(2, "b", 100, Schedule.NO_TGID, List.of(0)));
        schedule.wakes(0, 0, 1, 0).wakes(0, 0, 2, 0).starts(0, 0, 1);
        Judgement judgement = judge("work-conserving", schedule.build("simulated", 2, 50 * MS));
        assertEquals(Verdict.KEPT, judgement.verdict(), judgement.why());
    }

    /** A task that never had a CPU is told of by who woke it alone. */
    @Test
    void whoeverIsWokenAndNeverRunsCounts() {
        var schedule = new Schedule.Builder();
        schedule.wakes(0, 0, 1, 0).wakes(0, 0, 2, 0).starts(0, 0, 1);
        Schedule starving = schedule.build("recorded", 1, 200 * MS);
        assertEquals(
                "task 2 waited for 200.000 ms from 0.000 ms on, 100.000 ms too long.",
                judge("no-wait-over 100ms", starving).why());
        for (Promise other : Promise.usual().subList(1, Promise.usual().size())) {
            assertNotEquals(Verdict.BROKEN, other.judge(starving).verdict(), other.toString());
        }
        assertThrows(
                CheckFailed.class, () -> Check.that(starving).longestWait(Check.isAtMost(100)));
    }

    @Test
    void nothingIsExpectedOfAScheduleWithoutTasks() {
        Ran nothing = Check.that(new Schedule.Builder().build("recorded", 1, 5 * MS));
        var e = assertThrows(CheckFailed.class, () -> nothing.longestWait(Check.isAtMost(9)));
        assertTrue(e.getMessage().contains("There is none in this schedule"), e.getMessage());
    }

    /** Some 80,000 runs beside a task that waits from beginning to end. */
    @Test
    void aLongScheduleIsJudgedAtOnce() {
        int nrTasks = 1000;
        var schedule = new Schedule.Builder().wakes(0, 0, nrTasks + 1, 0);
        for (int i = 0; i < 80_000; i++) {
            int pid = 1 + i % nrTasks;
            schedule.starts(i * 10L, i % 8, pid).stops(i * 10L + 70, i % 8, pid, End.PREEMPTED);
        }
        Schedule built = schedule.build("simulated", 8, 0);
        assertTimeout(
                Duration.ofSeconds(10), () -> Promise.usual().forEach(each -> each.judge(built)));
    }

    @Test
    void aTaskThatMovesDoesNotStay() {
        var schedule = new Schedule.Builder().task(1, "a", 100);
        schedule.starts(0, 0, 1).stops(5, 0, 1, End.PREEMPTED).starts(5, 1, 1);
        assertEquals(
                Verdict.BROKEN, judge("stays-on-cpu", schedule.build("simulated", 2, 9)).verdict());
    }

    /** One thread of one process and two of another on a CPU, each for so long, in turn. */
    private static Schedule processes(int tgid, long oneMs, long eachOfTwoMs) {
        var schedule = new Schedule.Builder();
        schedule.task(new Schedule.Task(1, "a", 100, 1, List.of()));
        schedule.task(new Schedule.Task(2, "b", 100, tgid, List.of()));
        schedule.task(new Schedule.Task(3, "b", 100, tgid, List.of()));
        schedule.wakes(0, 0, 1, 0).wakes(0, 0, 2, 0).wakes(0, 0, 3, 0);
        long time = 0;
        for (int i = 0; i < 20; i++) {
            for (int pid = 1; pid <= 3; pid++) {
                long end = time + (pid == 1 ? oneMs : eachOfTwoMs) * MS;
                schedule.starts(time, 0, pid).stops(end, 0, pid, End.PREEMPTED);
                time = end;
            }
        }
        return schedule.build("simulated", 1, time);
    }

    @Test
    void processesHaveTheSameHoweverManyThreadsTheyHave() {
        String promise = "fair-by-process 5%";
        assertEquals(Verdict.KEPT, judge(promise, processes(2, 10, 5)).verdict());
        Judgement broken = judge(promise, processes(2, 10, 10));
        assertEquals(Verdict.BROKEN, broken.verdict());
        assertEquals(
                "the process of a 1, with 1 thread, had 33.3 % of the CPU time of those that always"
                        + " want it, and its part by process is 50.0 %: 16.7 % too little.",
                broken.why());
        assertEquals(
                "It is not known which process each task belongs to.",
                judge(promise, processes(Schedule.NO_TGID, 10, 5)).why());
        assertEquals(Verdict.CANNOT_BE_JUDGED, judge(promise, turns(10, 10, 20)).verdict());
    }

    @Test
    void whatIsBrokenSaysWhereToLook() {
        Judgement wait = judge("no-wait-over 10ms", turns(12, 10, 20));
        assertEquals(0, wait.atNs());
        assertTrue(wait.hint().contains("Who runs while b 2 waits"), wait.hint());
        assertEquals(Judgement.NOWHERE, judge("no-wait-over 13ms", turns(12, 10, 20)).atNs());
    }

    @Test
    void whatIsNotPutToTheTestIsNeitherKeptNorBroken() {
        Schedule empty = new Schedule.Builder().build("simulated", 2, 0);
        Schedule noTime = processes(2, 0, 0);
        Schedule torn = new Schedule.Builder().gap("7 events lost").build("recorded", 1, 5);
        for (Promise.Kind kind : Promise.Kind.values()) {
            for (Schedule schedule : List.of(empty, noTime, torn)) {
                Judgement judgement = judge(kind.word(), schedule);
                assertEquals(Verdict.CANNOT_BE_JUDGED, judgement.verdict(), kind.word());
            }
        }
        assertTrue(judge("no-wait-over", torn).why().contains("7 events lost"));
        Schedule one = new Schedule.Builder().starts(0, 0, 1).build("simulated", 1, 9);
        assertEquals(
                "1 task wants a CPU all the time, and there is 1; it takes more tasks than CPUs.",
                judge("runs-in-turn", one).why());
    }

    @ParameterizedTest
    @CsvSource({
        "fairness, '', there is no promise 'fairness'; there are: no-wait-over",
        "no-wait-over, 5%, takes an amount such as 100ms",
        "shares-by-weight, 5ms, takes an amount such as 5%",
        "runs-in-turn, 5ms, takes no amount",
    })
    void aWrongPromiseIsToldWhatThereIs(String word, String amount, String reason) {
        var e = assertThrows(IllegalArgumentException.class, () -> Promise.of(word, amount));
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    /** What comes with Schedbook does what its name says, on the loads of the textbook. */
    @ParameterizedTest
    @CsvSource({
        "fifo, no-wait-over 200ms, KEPT",
        "fifo, runs-in-turn, KEPT",
        "fifo, work-conserving, KEPT",
        "fifo, shares-by-weight 5%, BROKEN",
        "vtime, shares-by-weight 5%, KEPT",
        "vtime, work-conserving, KEPT",
        "vtime, fair-by-process 5%, BROKEN",
    })
    void theBuiltInPolicies(String policy, String promise, Verdict expected) throws Exception {
        var verdicts = new ArrayList<Verdict>();
        var why = new StringBuilder();
        for (Exercise exercise : Exercise.ALL) {
            Schedule schedule = exercise.run(Check.builtIn(policy)).schedule();
            Judgement judgement = judge(promise, schedule);
            verdicts.add(judgement.verdict());
            why.append(exercise.what()).append(": ").append(judgement).append('\n');
        }
        Verdict worst =
                verdicts.contains(Verdict.BROKEN)
                        ? Verdict.BROKEN
                        : verdicts.contains(Verdict.KEPT) ? Verdict.KEPT : Verdict.CANNOT_BE_JUDGED;
        assertEquals(expected, worst, why.toString());
    }
}
