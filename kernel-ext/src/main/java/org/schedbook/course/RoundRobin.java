package org.schedbook.course;

import static org.schedbook.check.Check.is;
import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import org.schedbook.check.Points;
import org.schedbook.check.Ran;
import org.schedbook.check.Tasks;

/** Lab 2: how short is a slice that is too short? */
final class RoundRobin {

    private static final double SLICE_MS = 2;

    private static final Tasks THREE =
            tasks().task("a", runs(5)).task("b", runs(5)).task("c", runs(5));
    private static final Tasks FIVE = tasks().task("t", runs(20).times(5));
    private static final Tasks LATE =
            tasks().task("a", runs(7)).task("b", runs(7)).task("c", runs(3).arrives(3));

    static Lab lab() {
        return new Lab(
                "lab2",
                "Round robin and the slice",
                List.of(
                        Answers.number(
                                "fourth-first-run",
                                "the first run of the fourth",
                                1,
                                6,
                                0.5,
                                FOURTH),
                        Answers.number("turns", "how many turns there are", 1, 40, 0, TURNS),
                        Answers.number(
                                "lost-to-switches",
                                "what switching takes, in percent",
                                1,
                                20,
                                1,
                                LOST),
                        Part.policy("my-rr", "round robin with 2 ms", 3, 3, RoundRobin::turns)));
    }

    private static final String FOURTH = "Three others come before it, each for one slice.";
    private static final String TURNS =
            "Each task of 20 ms has ten turns of 2 ms, and there are four.";
    private static final String LOST =
            "Of each 0.5 ms, 0.4 ms are the slice and 0.1 ms is the switch.";

    private static void turns(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "a, b and c take turns",
                1,
                () ->
                        textbook(1)
                                .run(THREE, submitted.policy())
                                .because("each has 2 ms at a time, and then the next in line")
                                .hint(
                                        "abc: the slice is too long. aaabbbccc: the queue is served from the wrong end.")
                                .order("abcabcabc"));
        points.test(
                "the n-th of five tasks first runs after n - 1 slices",
                1,
                () -> {
                    Ran ran = textbook(1).run(FIVE, submitted.policy());
                    for (int n = 1; n <= 5; n++) {
                        ran =
                                ran.hint(
                                                "Who stands before t.%d in line, and for how long does each run?"
                                                        .formatted(n))
                                        .firstRun("t." + n, isAtMost((n - 1) * SLICE_MS));
                    }
                    ran.hint("2 ms are 2,000,000 ns.").slices(is(SLICE_MS));
                });
        points.test(
                "who arrives late stands at the end",
                1,
                () ->
                        textbook(1)
                                .run(LATE, submitted.policy())
                                .hint("c arrives while b runs and a waits: a is before it in line.")
                                .order("abacbacbab"));
    }

    private RoundRobin() {}
}
