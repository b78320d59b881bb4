package org.schedbook.course;

import static org.schedbook.check.Check.is;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import java.util.Set;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;

/** Lab 1: why does a job of 5 ms take 109 ms? */
final class FirstComeFirstServed {

    /** A long one first, and three short ones a moment later. */
    private static final Tasks CONVOY =
            tasks().task("L", runs(100))
                    .task("s", runs(5).arrives(1))
                    .task("t", runs(5).arrives(1))
                    .task("u", runs(5).arrives(1));

    private static final Tasks SLEEPER =
            tasks().task("a", runs(4).then(sleeps(1), runs(4)))
                    .task("b", runs(6))
                    .task("c", runs(6));

    static Lab lab() {
        return new Lab(
                "lab1",
                "First come, first served",
                List.of(
                        Answers.number(
                                "mean-turnaround", "the mean turnaround", 1, 106.75, 1, ENDS),
                        Answers.number("response-of-u", "how long u waits", 1, 109, 1, BEFORE_U),
                        Answers.number("two-cpus-mean", "the mean on two CPUs", 1, 32.5, 1, TWO),
                        Part.policy(
                                "my-fifo",
                                "first come, first served",
                                3,
                                3,
                                FirstComeFirstServed::fifo),
                        Answers.word("lifo-mean", "the mean of last come", 1, Set.of("same"), LIFO),
                        Part.policy(
                                "my-lifo",
                                "last come, first served",
                                2,
                                1,
                                FirstComeFirstServed::lifo)));
    }

    private static final String ENDS =
            "A turnaround is the end less the arrival: L ends at 100 ms, s at 105 ms.";
    private static final String BEFORE_U = "u arrives at 1 ms, and L, s and t run before it.";
    private static final String TWO = "One CPU has L; the short ones share the other.";
    private static final String LIFO =
            "s, t and u are equally long: does it matter to the mean which of them is first?";

    private static void fifo(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "L runs to its end, then s, t and u",
                1,
                () ->
                        textbook(1)
                                .run(CONVOY, submitted.policy())
                                .because("who runs is not stopped, and who came first is next")
                                .hint(
                                        "If somebody runs twice, a slice ended: which slice has no end? If u is early, it was inserted at the head.")
                                .order("Lstu"));
        points.test(
                "the mean turnaround is 106.75 ms",
                1,
                () -> textbook(1).run(CONVOY, submitted.policy()).meanTurnaround(is(106.75)));
        points.test(
                "who slept stands at the end",
                1,
                () ->
                        textbook(1)
                                .run(SLEEPER, submitted.policy())
                                .hint(
                                        "enqueue() is also called for a task that wakes up: where does it go?")
                                .order("abca"));
    }

    private static void lifo(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "L runs to its end, then u, t and s",
                2,
                () ->
                        textbook(1)
                                .run(CONVOY, submitted.policy())
                                .because("who came last stands at the head")
                                .hint(
                                        "If L runs twice, a slice ended: which slice has no end? If s is before u: insert() with the flag Enq.HEAD, beside those that enqueue() was given, inserts at the head.")
                                .order("Luts"));
    }

    private FirstComeFirstServed() {}
}
