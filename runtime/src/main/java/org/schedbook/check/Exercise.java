package org.schedbook.check;

import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import org.schedbook.compile.CompiledPolicy;

/**
 * A load that puts promises to the test, with its machine.
 *
 * @param what a few words
 */
public record Exercise(String what, Tasks load, Textbook machine) {

    /** As long as a request to a model allows a task to wait. */
    private static final double STARVATION_MS = 1000;

    private static final Work HOG = repeats(runs(100));
    private static final Work SLEEPER = repeats(runs(1), sleeps(19));

    /** The loads that a policy is held to; of the weights, none is due more than half a CPU. */
    public static final List<Exercise> ALL =
            List.of(
                    new Exercise(
                            "four tasks of weights 1 to 4 on a CPU",
                            tasks().task("w100", HOG)
                                    .task("w200", HOG.weight(200))
                                    .task("w300", HOG.weight(300))
                                    .task("w400", HOG.weight(400)),
                            on(1).until(2000)),
                    new Exercise(
                            "three hogs and two that sleep on a CPU",
                            tasks().task("hog", HOG.times(3)).task("sleeper", SLEEPER.times(2)),
                            on(1).until(2000)),
                    new Exercise(
                            "two processes of one and three threads on a CPU",
                            tasks().task("one", HOG.process("one"))
                                    .task("three", HOG.times(3).process("three")),
                            on(1).until(2000)),
                    new Exercise(
                            "ten hogs on four CPUs",
                            tasks().task("hog", HOG.times(10)),
                            on(4).until(1000)));

    private static Textbook on(int cpus) {
        return textbook(cpus).starvation(STARVATION_MS);
    }

    /** Has a policy schedule it. */
    public Ran run(CompiledPolicy policy) throws InterruptedException {
        return machine.run(load, policy);
    }
}
