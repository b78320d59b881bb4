package org.schedbook.course.hidden;

import static org.schedbook.check.Check.isAtLeast;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.Map;
import java.util.SplittableRandom;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;
import org.schedbook.course.Submitted;

/** The hidden tests of lab 1. */
public final class HiddenFirstComeFirstServed implements HiddenTests {

    @Override
    public String lab() {
        return "lab1";
    }

    @Override
    public Map<String, Part.Tests> tests() {
        return Map.of(
                "my-fifo", HiddenFirstComeFirstServed::fifo,
                "my-lifo", HiddenFirstComeFirstServed::lifo);
    }

    /** Five that arrive while the first runs, of lengths that differ from student to student. */
    private static Tasks five(Submitted submitted) {
        SplittableRandom random = submitted.random();
        Tasks load = tasks().task("v", runs(40));
        for (String name : new String[] {"w", "x", "y", "z"}) {
            load =
                    load.task(
                            name,
                            runs(random.nextInt(2, 12))
                                    .arrives(random.nextInt(1, 5) + load.names().size() * 5));
        }
        return load;
    }

    private static void fifo(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "five that arrive one after the other",
                1,
                () ->
                        textbook(1)
                                .run(five(submitted), submitted.policy())
                                .hint(
                                        "With other lengths and arrivals the order of arrival has to hold, too.")
                                .order("vwxyz"));
        points.test(
                "tasks bound to CPUs",
                1,
                () ->
                        textbook(2)
                                .run(
                                        tasks().task("a", runs(30).onCpus(0))
                                                .task("b", runs(5).onCpus(0))
                                                .task("c", runs(5).onCpus(1))
                                                .task("d", runs(5).onCpus(0)),
                                        submitted.policy())
                                .hint(
                                        "A task may be bound to a CPU: one that waits for it must not go elsewhere, nor keep those behind it from another CPU.")
                                .order("acbd"));
        points.test(
                "no slice ends",
                1,
                () ->
                        textbook(1)
                                .starvation(3000)
                                .run(
                                        tasks().task("a", runs(300))
                                                .task("b", runs(700))
                                                .task("c", runs(100)),
                                        submitted.policy())
                                .hint(
                                        "First come, first served never takes the CPU away: not after a long time, either.")
                                .longestTurn("b", isAtLeast(700)));
    }

    private static void lifo(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "five that arrive one after the other",
                1,
                () ->
                        textbook(1)
                                .run(five(submitted), submitted.policy())
                                .hint("Whoever came last is next, whenever a CPU is free.")
                                .order("vzyxw"));
    }
}
