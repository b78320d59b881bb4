package org.schedbook.course;

import static org.schedbook.check.Check.isAtLeast;
import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.util.List;
import java.util.Set;
import org.schedbook.check.Points;
import org.schedbook.check.Tasks;

/** Lab 5: can a scheduler learn who is interactive, and be lied to? */
final class FeedbackQueues {

    private static final Tasks EDITOR =
            tasks().task("editor", repeats(runs(0.2), sleeps(9.8)))
                    .task("hog", repeats(runs(1000)).times(6));

    private static final Tasks NEW =
            tasks().task("hog", runs(300).times(8)).task("new", runs(2).arrives(450));

    static Lab lab() {
        return new Lab(
                "lab5",
                "Feedback queues, and who lies to them",
                List.of(
                        Answers.number(
                                "sinks-after",
                                "when a hog reaches the lowest level",
                                1,
                                40,
                                1,
                                SINKS),
                        Answers.word(
                                "who-lies",
                                "which rule the gamer gets round",
                                1,
                                Set.of("b"),
                                LIES),
                        Part.policy(
                                "my-mlfq",
                                "three levels, allotment, boost",
                                3,
                                4,
                                FeedbackQueues::levels)));
    }

    private static final String SINKS =
            "It uses up 20 ms at the first level, and 20 ms at the second.";
    private static final String LIES =
            "The gamer sleeps before its slice is over. Which rule then takes it for interactive?";

    private static void levels(Submitted submitted, Points points) throws InterruptedException {
        points.test(
                "an editor does not wait for hogs",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(EDITOR, submitted.policy())
                                .because(
                                        "hogs sink, and 200 wake-ups at the first level wait for 1 ms or so each")
                                .hint(
                                        "Is the editor at the first level, and are the hogs below it? Whoever comes to the first level has to take the CPU from a hog: kick(task.cpu(), Kick.PREEMPT).")
                                .waits("editor", isAtMost(500)));
        points.test(
                "who is new comes before a hog that has sunk",
                1,
                () ->
                        textbook(1)
                                .run(NEW, submitted.policy())
                                .because(
                                        "a new task begins at the first level, and the hog is at the last")
                                .hint(
                                        "After 40 ms of CPU a hog is at the last level. Does stopping() count what it used, and enqueue() use the level? And whoever comes to the first level, from sleep or new, takes the CPU: kick(task.cpu(), Kick.PREEMPT).")
                                .turnaround("new", isAtMost(4)));
        points.test(
                "the hog gets on as well",
                1,
                () ->
                        textbook(1)
                                .until(2000)
                                .run(EDITOR, submitted.policy())
                                .hint(
                                        "Who is at the lowest level runs whenever those above do not want to.")
                                .runs("hog", isAtLeast(200)));
    }

    private FeedbackQueues() {}
}
