package org.schedbook.course;

import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import java.util.Set;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;

/** Lab 7: one queue for many CPUs, or many? */
final class ManyCpus {

    private static final Tasks TEN = tasks().task("j", runs(160).times(10));

    static Lab lab() {
        return new Lab(
                "lab7",
                "Many CPUs",
                List.of(
                        Answers.number(
                                "no-stealing", "when the last of ten ends", 1, 480, 1, NO_STEALING),
                        Answers.number(
                                "at-best",
                                "when the last of ten can end at best",
                                1,
                                400,
                                1,
                                AT_BEST),
                        Answers.word(
                                "cold",
                                "what a task that moves leaves behind",
                                1,
                                Set.of("cache", "caches"),
                                COLD),
                        Part.policy(
                                "my-queues",
                                "a queue for each CPU, and stealing",
                                3,
                                4,
                                ManyCpus::queues)));
    }

    private static final String NO_STEALING =
            "With 3, 3, 2 and 2 tasks of 160 ms, who has three is done last.";
    private static final String AT_BEST = "1600 ms of work, and four CPUs that never idle.";
    private static final String COLD = "It is part of the CPU, and holds what was read lately.";

    private static void queues(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "ten tasks on four CPUs are done as soon as with one queue",
                1,
                () ->
                        textbook(4)
                                .starvation(5000)
                                .run(TEN, submitted.policy())
                                .because("1600 ms of work on four CPUs take 400 ms")
                                .hint(
                                        "Who has nothing in its own queue is to look in the others'. If one CPU did all the work, selectCpu() chose it each time.")
                                .turnaround("j", isAtMost(420)));
        points.test(
                "no CPU is idle while a task waits",
                1,
                () ->
                        textbook(4)
                                .starvation(5000)
                                .run(TEN, submitted.policy())
                                .hint("An idle CPU asks dispatch(): does it look in every queue?")
                                .idleBesideWork(isAtMost(5)));
        points.test(
                "tasks stay where they are",
                1,
                () ->
                        textbook(4)
                                .starvation(5000)
                                .run(TEN, submitted.policy())
                                .because("one queue for all moves them 333 times")
                                .hint(
                                        "A task goes into the queue of the CPU that it ran on, task.cpu(), and a CPU looks in its own queue first.")
                                .migrations(isAtMost(60)));
    }

    private ManyCpus() {}
}
