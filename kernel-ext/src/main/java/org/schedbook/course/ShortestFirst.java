package org.schedbook.course;

import static org.schedbook.check.Check.isAtLeast;
import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;

/** Lab 4: what does it cost to be quick? */
final class ShortestFirst {

    /** Six that take 10 ms at a time, and three that take 1 ms and sleep. */
    private static final Tasks MIXED =
            tasks().task("long", repeats(runs(10), sleeps(1)).times(6))
                    .task("short", repeats(runs(1), sleeps(20)).times(3));

    /** Short ones that want more than the whole CPU. */
    private static final Tasks FULL =
            tasks().task("long", repeats(runs(20), sleeps(1)))
                    .task("short", repeats(runs(5), sleeps(10)).times(4));

    static Lab lab() {
        return new Lab(
                "lab4",
                "Shortest first, and aging",
                List.of(
                        Answers.number(
                                "fifo-mean",
                                "the mean turnaround in order of arrival",
                                1,
                                34 / 3.0,
                                0.05,
                                FIFO),
                        Answers.number(
                                "sjf-mean",
                                "the mean turnaround, shortest first",
                                1,
                                22 / 3.0,
                                0.05,
                                SJF),
                        Answers.number(
                                "estimate",
                                "the estimate after three bursts",
                                1,
                                4.5,
                                0.01,
                                ESTIMATE),
                        Part.policy(
                                "my-sjf",
                                "shortest first, by estimates",
                                2,
                                2,
                                ShortestFirst::shortest),
                        Part.policy(
                                "my-aging",
                                "the same, and nobody starves",
                                2,
                                2,
                                ShortestFirst::aging)));
    }

    private static final String FIFO = "8, 4 and 2 in this order end at 8, 12 and 14 ms.";
    private static final String SJF = "2, 4 and 8 in this order end at 2, 6 and 14 ms.";
    private static final String ESTIMATE =
            "Half of the old estimate and half of the burst: 8, 6, ...";

    private static void shortest(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "short tasks wait for one long burst at most",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(MIXED, submitted.policy())
                                .between(500, 2000)
                                .because("under first come, first served they wait for 52 ms")
                                .hint(
                                        "What is the key that the queue is ordered by, for a task that ran 1 ms each time? It is to be what you expect of the next burst, learnt when the task goes to sleep.")
                                .longestWait("short", isAtMost(13)));
        points.test(
                "short tasks get what they ask for",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(MIXED, submitted.policy())
                                .between(500, 2000)
                                .because("each asks for 1 ms in 21, and waits for a few more")
                                .hint(
                                        "A short task that goes to sleep is to be expected to be short again.")
                                .runs("short", isAtLeast(55)));
    }

    private static void aging(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "long does not starve",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .starvation(2000)
                                .run(FULL, submitted.policy())
                                .because(
                                        "whoever waits grows older, and comes before the young at last")
                                .hint(
                                        "A key of the expected burst alone never changes while a task waits. Add the time at which it was enqueued: who waits long has an early one.")
                                .longestWait("long", isAtMost(500)));
        points.test(
                "short tasks still come first",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(MIXED, submitted.policy())
                                .between(500, 2000)
                                .because("aging is for those who wait long, and 13 ms are not")
                                .hint(
                                        "If the time of the enqueue outweighs the expected burst, this is first come, first served again.")
                                .longestWait("short", isAtMost(25)));
    }

    private ShortestFirst() {}
}
