package org.schedbook.course.hidden;

import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;
import static org.schedbook.check.Check.within;

import java.util.Map;
import org.schedbook.check.Points;
import org.schedbook.check.Ran;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;
import org.schedbook.course.Submitted;

/** The hidden tests of lab 6. */
public final class HiddenShares implements HiddenTests {

    @Override
    public String lab() {
        return "lab6";
    }

    @Override
    public Map<String, Part.Tests> tests() {
        return Map.of(
                "my-stride", HiddenShares::stride,
                "my-weighted", HiddenShares::weighted);
    }

    private static void stride(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "those who slept long",
                1,
                () -> {
                    int from = submitted.random().nextInt(900, 1100);
                    Ran ran =
                            textbook(1)
                                    .until(1500)
                                    .run(
                                            tasks().task("hog", repeats(runs(1000)).times(4))
                                                    .task(
                                                            "late",
                                                            sleeps(from).then(runs(400)).times(2)),
                                            submitted.policy())
                                    .between(from, from + 200);
                    ran.hint(
                                    "Who slept for a second has the CPU for a second: its clock stood still. Put a clock that is far behind forward, to one slice behind the others'.")
                            .runs("late", isAtMost(40))
                            .hint("The hogs wait too long after somebody has slept.")
                            .longestWait("hog", isAtMost(60));
                });
        points.test(
                "other weights",
                1,
                () -> {
                    int weight = submitted.random().nextInt(120, 180);
                    textbook(1)
                            .until(3000)
                            .run(
                                    tasks().task("a", repeats(runs(1000)).weight(50))
                                            .task("b", repeats(runs(1000)).weight(weight))
                                            .task("c", repeats(runs(1000)).weight(150))
                                            .task("d", repeats(runs(1000)).weight(200)),
                                    submitted.policy())
                            .hint(
                                    "Weights below 100 and between the hundreds are weights as well: multiply by 100 before you divide.")
                            .sharesByWeight(within(0.02));
                });
    }

    private static void weighted(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "other weights",
                1,
                () -> {
                    int weight = 100 * submitted.random().nextInt(3, 8);
                    textbook(1)
                            .until(3000)
                            .run(
                                    tasks().task("a", repeats(runs(1000)).weight(100))
                                            .task("b", repeats(runs(1000)).weight(weight)),
                                    submitted.policy())
                            .hint(
                                    "With two tasks the slices alone decide: give slices in proportion to the weight.")
                            .sharesByWeight(within(0.02));
                });
    }
}
