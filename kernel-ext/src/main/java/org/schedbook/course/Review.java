package org.schedbook.course;

import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;

/** Lab 8: a model wrote it; would you merge it? */
final class Review {

    /** What the request was about: the answer does this well. */
    private static final Tasks ASKED =
            tasks().task("hog", repeats(runs(1000)).times(3))
                    .task("quick", repeats(runs(0.5), sleeps(9.5)).times(2));

    /** What it was not about. */
    private static final Tasks BUSY =
            tasks().task("hog", repeats(runs(1000)))
                    .task("quick", repeats(runs(2), sleeps(1)).times(2));

    static Lab lab() {
        return new Lab(
                "lab8",
                "A model wrote it; would you merge it?",
                List.of(
                        Answers.unseen("fault", "which promise it breaks", 2),
                        Answers.unseen("fewest", "how few tasks show it", 2),
                        Answers.unseen("line", "the line that is wrong", 1),
                        Part.policy("my-repair", "the answer, repaired", 3, 3, Review::repaired)));
    }

    private static void repaired(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "quick tasks still wait for 9 ms at most",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(ASKED, submitted.policy())
                                .between(100, 2000)
                                .because(
                                        "that is what the request was about, and a repair is to keep it")
                                .hint("Keep the preference for those that wake up; bound it.")
                                .longestWait("quick", isAtMost(9)));
        points.test(
                "and nobody starves",
                2,
                () ->
                        textbook(1)
                                .until(2000)
                                .starvation(2000)
                                .run(BUSY, submitted.policy())
                                .because(
                                        "two that wake up again and again can keep a CPU busy for ever")
                                .hint(
                                        "The hog waits in the second queue while the first is never empty. Serve the second now and then all the same: after so many from the first, or so much time.")
                                .longestWait("hog", isAtMost(100)));
    }

    private Review() {}
}
