package org.schedbook.course.hidden;

import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.Map;
import org.schedbook.check.Points;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;
import org.schedbook.course.Submitted;

/** The hidden tests of lab 7. */
public final class HiddenManyCpus implements HiddenTests {

    @Override
    public String lab() {
        return "lab7";
    }

    @Override
    public Map<String, Part.Tests> tests() {
        return Map.of("my-queues", HiddenManyCpus::queues);
    }

    private static void queues(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "machines of other sizes",
                1,
                () -> {
                    for (int cpus : new int[] {1, 2, 3, 8}) {
                        textbook(cpus)
                                .starvation(5000)
                                .run(tasks().task("j", runs(80).times(12)), submitted.policy())
                                .hint("Not every machine has four CPUs: ask topology().nrCpus().")
                                .turnaround("j", isAtMost(960.0 / cpus * 1.1 + 8));
                    }
                });
        points.test(
                "tasks bound to CPUs",
                1,
                () ->
                        textbook(4)
                                .starvation(5000)
                                .run(
                                        tasks().task("j", runs(100).times(6))
                                                .task("only0", runs(100).onCpus(0))
                                                .task("only3", runs(100).onCpus(3))
                                                .task("either", runs(100).onCpus(1, 3)),
                                        submitted.policy())
                                .hint(
                                        "A task that may use one CPU only must not go into the queue of another, nor to the local queue of one.")
                                .turnaround("only3", isAtMost(280)));
        points.test(
                "a task whose CPU is busy for ever",
                1,
                () ->
                        textbook(4)
                                .until(1000)
                                .run(
                                        tasks().task("hog", repeats(runs(1000)).times(3))
                                                .task(
                                                        "wakes",
                                                        repeats(runs(1), sleeps(5)).times(3)),
                                        submitted.policy())
                                .hint(
                                        "Somebody wakes up where a hog runs, while another CPU is idle: pickIdleCpu(task) finds it.")
                                .longestWait("wakes", isAtMost(6)));
        points.test(
                "tasks of other lengths stay, too",
                1,
                () -> {
                    int ms = 20 * submitted.random().nextInt(5, 10);
                    int slices = 12 * ms / 4;
                    textbook(4)
                            .starvation(5000)
                            .run(tasks().task("j", runs(ms).times(12)), submitted.policy())
                            .hint(
                                    "Tasks change CPUs although there is no need: who looks in other queues first?")
                            .migrations(isAtMost(slices / 2));
                });
    }
}
