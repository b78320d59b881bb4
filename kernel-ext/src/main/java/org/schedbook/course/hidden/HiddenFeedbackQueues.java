package org.schedbook.course.hidden;

import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.Map;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;
import org.schedbook.check.Work;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;
import org.schedbook.course.Submitted;

/** The hidden tests of lab 5. */
public final class HiddenFeedbackQueues implements HiddenTests {

    @Override
    public String lab() {
        return "lab5";
    }

    @Override
    public Map<String, Part.Tests> tests() {
        return Map.of("my-mlfq", HiddenFeedbackQueues::levels);
    }

    private static void levels(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "the gamer",
                1,
                () ->
                        textbook(1)
                                .until(3000)
                                .run(
                                        tasks().task("gamer", repeats(runs(1.8), sleeps(0.05)))
                                                .task("hog", repeats(runs(1000)).times(2)),
                                        submitted.policy())
                                .hint(
                                        "Somebody sleeps for a moment before each slice ends, and has more than 40 % of the CPU. Count what a task used over all its bursts, and do not send it up because it woke up.")
                                .runs("gamer", isAtMost(1200)));
        points.test(
                "a stream of new tasks",
                1,
                () -> {
                    Tasks load = tasks().task("hog", repeats(runs(1000)));
                    for (int i = 0; i < 1000; i++) {
                        load = load.task("n" + i, runs(3).arrives(3 * i));
                    }
                    textbook(1)
                            .until(3000)
                            .starvation(3000)
                            .run(load, submitted.policy())
                            .hint(
                                    "While new tasks keep coming, a hog has to run once in two boosts. A boost that changes levels in enqueue() does not reach a task that waits in the DSQ of the lowest level: let dispatch() look there first, once in each period.")
                            .longestWait("hog", isAtMost(1000));
                });
        points.test(
                "a hog that becomes interactive",
                1,
                () -> {
                    Work turns = runs(submitted.random().nextInt(250, 350));
                    for (int i = 0; i < 120; i++) {
                        turns = turns.then(sleeps(9.8), runs(0.2));
                    }
                    textbook(1)
                            .until(2400)
                            .run(
                                    tasks().task("turns", turns)
                                            .task("hog", repeats(runs(1000)).times(2)),
                                    submitted.policy())
                            .between(1600, 2200)
                            .hint(
                                    "Who has computed for long and now only wakes up for a moment has to rise again: a boost sends everybody up.")
                            .longestWait("turns", isAtMost(15));
                });
        points.test(
                "two CPUs",
                1,
                () ->
                        textbook(2)
                                .until(2000)
                                .run(
                                        tasks().task("editor", repeats(runs(0.2), sleeps(9.8)))
                                                .task("hog", repeats(runs(1000)).times(4)),
                                        submitted.policy())
                                .hint("With two CPUs the levels are to mean the same.")
                                .longestWait("editor", isAtMost(15)));
    }
}
