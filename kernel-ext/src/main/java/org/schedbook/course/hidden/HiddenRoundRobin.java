package org.schedbook.course.hidden;

import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.isBetween;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.Map;
import org.schedbook.check.Points;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;
import org.schedbook.course.Submitted;

/** The hidden tests of lab 2. */
public final class HiddenRoundRobin implements HiddenTests {

    @Override
    public String lab() {
        return "lab2";
    }

    @Override
    public Map<String, Part.Tests> tests() {
        return Map.of("my-rr", HiddenRoundRobin::turns);
    }

    private static void turns(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "four CPUs are all at work",
                1,
                () ->
                        textbook(4)
                                .run(tasks().task("j", runs(41).times(9)), submitted.policy())
                                .hint(
                                        "Each CPU asks dispatch() for itself: it has to find work on every one of them.")
                                .idleBesideWork(isAtMost(4)));
        points.test(
                "tasks bound to CPUs",
                1,
                () ->
                        textbook(2)
                                .run(
                                        tasks().task("x", runs(20).onCpus(1))
                                                .task("y", runs(20).onCpus(1))
                                                .task("z", runs(20).onCpus(0))
                                                .task("free", runs(20).times(3)),
                                        submitted.policy())
                                .hint(
                                        "A task that may use CPU 1 only was sent to CPU 0, or was passed over for long: dispatch() has to ask task.canRunOn(cpu), and go on to the next if it may not.")
                                .longestWait("x", isAtMost(20)));
        points.test(
                "as many switches as slices",
                1,
                () -> {
                    int ms = 2 * submitted.random().nextInt(10, 20);
                    textbook(1)
                            .run(tasks().task("j", runs(ms).times(6)), submitted.policy())
                            .hint(
                                    "6 tasks of so many ms make that many turns of 2 ms, give or take a tenth.")
                            .switches(isBetween(6 * ms / 2 * .9, 6 * ms / 2 * 1.1));
                });
    }
}
