package org.schedbook.course;

import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import org.schedbook.check.Check;
import org.schedbook.check.CheckFailed;
import org.schedbook.check.Points;
import org.schedbook.check.Ran;
import org.schedbook.check.Tasks;
import org.schedbook.check.Textbook;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.sim.SimWorkload;

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
                        new Part("load", false, "a load that shows it", 3, 0, Review::breaks),
                        Part.policy("my-repair", "the answer, repaired", 3, 3, Review::repaired)));
    }

    /** As it stands in the notebook. */
    private static final PolicySource QUICK =
            new PolicySource(
                    "quick",
                    """
                    public class Quick extends Policy {

                        private static final long WOKE = 0;
                        private static final long REST = 1;
                        private static final long SLICE_NS = 4_000_000;

                        @Override
                        public void init() {
                            createDsq(WOKE);
                            createDsq(REST);
                        }

                        @Override
                        public void enqueue(Task task, long enqFlags) {
                            boolean woke = (enqFlags & Enq.WAKEUP) != 0;
                            insert(task, woke ? WOKE : REST, SLICE_NS, enqFlags);
                        }

                        @Override
                        public void dispatch(int cpu, Task prev) {
                            if (!moveToLocal(WOKE)) {
                                moveToLocal(REST);
                            }
                        }
                    }
                    """);

    private static final int FEW = 4;
    private static final double STARVES_MS = 200;

    private static void breaks(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "of four tasks one waits for 200 ms or longer under quick, and nobody for 100 under rr",
                3,
                () -> {
                    SimWorkload load = Answers.load(submitted.answer(), FEW);
                    Textbook machine = textbook(1).until(2000).starvation(3000);
                    Ran ran =
                            machine.run(load, new PolicyCompiler().compile(QUICK))
                                    .hint(
                                            "Tasks that run for some µs at a time take the simulator too long: give them 100 or more.")
                                    .clean();
                    double longest =
                            ran.names().stream()
                                    .mapToDouble(name -> ran.task(name).longestWaitMs())
                                    .max()
                                    .orElse(0);
                    if (longest < STARVES_MS) {
                        throw new CheckFailed(
                                "Nobody waits for longer than %.0f ms under quick."
                                        .formatted(longest),
                                "Who waits in the second queue, and when is the first one never empty?");
                    }
                    machine.run(load, Check.builtIn("rr"))
                            .hint(
                                    "It waits under another policy, too: then the load says nothing of this one.")
                            .longestWait(isAtMost(100));
                });
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
