package org.schedbook.course.hidden;

import static org.schedbook.check.Check.isAtLeast;
import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.Map;
import org.schedbook.check.Points;
import org.schedbook.check.Work;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;
import org.schedbook.course.Submitted;

/** The hidden tests of lab 4. */
public final class HiddenShortestFirst implements HiddenTests {

    @Override
    public String lab() {
        return "lab4";
    }

    @Override
    public Map<String, Part.Tests> tests() {
        return Map.of(
                "my-sjf", HiddenShortestFirst::shortest,
                "my-aging", HiddenShortestFirst::aging);
    }

    /** Long bursts at first, short ones from about a second on. */
    private static Work changing() {
        Work work = runs(10).then(sleeps(1));
        for (int i = 0; i < 59; i++) {
            work = work.then(runs(10), sleeps(1));
        }
        for (int i = 0; i < 60; i++) {
            work = work.then(runs(1), sleeps(14));
        }
        return work;
    }

    private static void shortest(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "a burst that becomes short is learnt again",
                1,
                () ->
                        textbook(1)
                                .until(1600)
                                .starvation(1600)
                                .run(
                                        tasks().task("changes", changing())
                                                .task(
                                                        "mid",
                                                        repeats(runs(4), sleeps(8))
                                                                .arrives(800)
                                                                .times(3)),
                                        submitted.policy())
                                .between(900, 1500)
                                .hint(
                                        "A task changes: after five short bursts it is to count as short. An average over all of its past, or an estimate made once, stays too high.")
                                .longestWait("changes", isAtMost(9)));
        points.test(
                "long ones that come late",
                1,
                () -> {
                    int ms = submitted.random().nextInt(8, 15);
                    textbook(1)
                            .until(1500)
                            .run(
                                    tasks().task("short", repeats(runs(2), sleeps(20)).times(2))
                                            .task(
                                                    "long",
                                                    repeats(runs(ms), sleeps(2))
                                                            .arrives(900)
                                                            .times(5)),
                                    submitted.policy())
                            .between(1100, 1500)
                            .hint(
                                    "Long tasks that come late go before short ones that have been there for long: the key is to be what you expect of the next burst, not all that a task ever used.")
                            .longestWait("short", isAtMost(ms + 3));
                });
    }

    private static void aging(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "two long ones among short ones",
                1,
                () -> {
                    int ms = submitted.random().nextInt(4, 7);
                    textbook(1)
                            .until(3000)
                            .starvation(3000)
                            .run(
                                    tasks().task("long", repeats(runs(25), sleeps(1)).times(2))
                                            .task("short", repeats(runs(ms), sleeps(8)).times(4)),
                                    submitted.policy())
                            .hint(
                                    "Nobody may wait for more than 500 ms, with two long tasks as well: who waits has to come nearer to the front all the time.")
                            .longestWait("long", isAtMost(500));
                });
        points.test(
                "who is short gets more of a full CPU than in order of arrival",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .starvation(2000)
                                .run(
                                        tasks().task("long", repeats(runs(20), sleeps(1)))
                                                .task(
                                                        "short",
                                                        repeats(runs(5), sleeps(10)).times(4)),
                                        submitted.policy())
                                .hint(
                                        "With aging, too, a short task is worth more than a long one that has not waited for long: what weighs the expected burst against the time?")
                                .runs("short", isAtLeast(300)));
    }
}
