package org.schedbook.course.hidden;

import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.Map;
import java.util.Set;
import org.schedbook.check.Points;
import org.schedbook.course.Answers;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;
import org.schedbook.course.Submitted;

/** The hidden tests of lab 8. */
public final class HiddenReview implements HiddenTests {

    @Override
    public String lab() {
        return "lab8";
    }

    @Override
    public Map<String, Part.Tests> tests() {
        return Map.of(
                "fault",
                        (submitted, points) ->
                                points.test(
                                        "the word",
                                        2,
                                        () ->
                                                Answers.expect(
                                                        submitted.answer(),
                                                        Set.of("no-wait-over"),
                                                        "Which promise of %check is about how long somebody waits?")),
                "fewest",
                        (submitted, points) ->
                                points.test(
                                        "the number",
                                        2,
                                        () ->
                                                Answers.expect(
                                                        submitted.answer(),
                                                        3,
                                                        0,
                                                        "Two that wake up by turns suffice to keep the first queue from being empty; and somebody has to wait.")),
                "line",
                        (submitted, points) ->
                                points.test(
                                        "the number",
                                        1,
                                        () ->
                                                Answers.expect(
                                                        submitted.answer(),
                                                        21.5,
                                                        1.5,
                                                        "Who is asked for work, and where does it look only when there is nothing else?")),
                "my-repair", HiddenReview::repaired);
    }

    private static void repaired(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "two hogs among those that wake up",
                1,
                () -> {
                    int ms = submitted.random().nextInt(2, 4);
                    textbook(1)
                            .until(3000)
                            .starvation(3000)
                            .run(
                                    tasks().task("hog", repeats(runs(1000)).times(2))
                                            .task("quick", repeats(runs(ms), sleeps(1)).times(4)),
                                    submitted.policy())
                            .hint(
                                    "With two hogs each of them has to run within 200 ms, however many wake up.")
                            .longestWait("hog", isAtMost(200));
                });
        points.test(
                "two CPUs",
                1,
                () ->
                        textbook(2)
                                .until(2000)
                                .starvation(2000)
                                .run(
                                        tasks().task("hog", repeats(runs(1000)).times(2))
                                                .task(
                                                        "quick",
                                                        repeats(runs(2), sleeps(1)).times(6)),
                                        submitted.policy())
                                .hint("With two CPUs nobody may starve, either.")
                                .longestWait("hog", isAtMost(200)));
        points.test(
                "the rest is as it was",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(
                                        tasks().task("hog", repeats(runs(1000)).times(4))
                                                .task("quick", repeats(runs(1), sleeps(19))),
                                        submitted.policy())
                                .between(100, 2000)
                                .hint(
                                        "A repair that makes those wait that wake up now and then has thrown out what the request was about.")
                                .longestWait("quick", isAtMost(9)));
    }
}
