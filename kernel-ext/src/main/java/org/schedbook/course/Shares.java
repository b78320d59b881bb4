package org.schedbook.course;

import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;
import static org.schedbook.check.Check.within;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;
import org.schedbook.check.Work;

/** Lab 6: who gets how much? */
final class Shares {

    private static final Tasks FOUR =
            tasks().task("a", hog(100)).task("b", hog(200)).task("c", hog(300)).task("d", hog(400));

    private static final Tasks TWO = tasks().task("a", hog(100)).task("b", hog(900));

    static Lab lab() {
        return new Lab(
                "lab6",
                "Proportional share",
                List.of(
                        Answers.number(
                                "share-of-d",
                                "what d of 1:2:3:4 gets, in percent",
                                1,
                                40,
                                0.5,
                                SHARE),
                        Answers.number(
                                "clock-of-b", "how far the clock of b goes", 1, 2, 0.01, CLOCK),
                        Answers.word(
                                "lottery",
                                "why the heavy task gets too little",
                                1,
                                Set.of("c"),
                                LOTTERY),
                        Part.policy("my-stride", "time by weight", 3, 2, Shares::stride),
                        Part.policy(
                                "my-weighted",
                                "the same, and slices by weight",
                                1,
                                1,
                                Shares::weighted)));
    }

    private static final String SHARE = "All weights are 100 + 200 + 300 + 400.";
    private static final String CLOCK =
            "4 ms of CPU at weight 200: its clock goes at half the speed.";
    private static final String LOTTERY =
            "Who is in the draw when a slice has just ended? Look at the order of dispatch() and enqueue().";

    private static Work hog(int weight) {
        return repeats(runs(100)).weight(weight);
    }

    private static void stride(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "1 : 2 : 3 : 4 get 10, 20, 30 and 40 %",
                2,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(FOUR, submitted.policy())
                                .because(
                                        "each clock advances at a speed of 100 / weight, and who is behind is next")
                                .hint(
                                        "All alike: the weight is not in the clock. The light ones have more: heavier tasks' clocks are to go slower, so divide by the weight.")
                                .shares(Map.of("a", 1, "b", 2, "c", 3, "d", 4), within(0.02)));
        points.test(
                "so in every part of it",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(FOUR, submitted.policy())
                                .between(1000, 1400)
                                .hint(
                                        "A clock that begins anew, or a draw of lots, is right in the long run only.")
                                .shares(Map.of("a", 1, "b", 2, "c", 3, "d", 4), within(0.03)));
    }

    private static void weighted(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "1 : 9 get 10 and 90 %",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(TWO, submitted.policy())
                                .because(
                                        "of two tasks each runs after the other, so only slices can differ")
                                .hint(
                                        "Half and half: when a slice ends, its task is not in the queue yet, so the other is always next. Give slices by weight.")
                                .shares(Map.of("a", 1, "b", 9), within(0.02)));
    }

    private Shares() {}
}
