package org.schedbook.course;

import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;

/** Lab 3: is A better than B? */
final class Comparing {

    private static final Tasks THREE =
            tasks().task("a", runs(5)).task("b", runs(5)).task("c", runs(5));

    static Lab lab() {
        return new Lab(
                "lab3",
                "Is A better than B?",
                List.of(
                        Part.policy(
                                "my-twin",
                                "round robin again, under another name",
                                1,
                                0,
                                Comparing::twin),
                        Answers.unseen("median-a", "the median of A", 1),
                        Answers.unseen("median-b", "the median of B", 1),
                        Answers.unseen("ratio", "the ratio of the medians", 1),
                        Answers.unseen("misleading-pairs", "how many pairs mislead, in percent", 2),
                        Answers.unseen("verdict", "what may be claimed", 2),
                        Answers.unseen("twins", "what a comparison with oneself should say", 1)));
    }

    private static void twin(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "a, b and c take turns",
                1,
                () ->
                        textbook(1)
                                .run(THREE, submitted.policy())
                                .hint(
                                        "Copy your round robin of lab 2, and change the name of the class.")
                                .order("abcabcabc"));
    }

    private Comparing() {}
}
