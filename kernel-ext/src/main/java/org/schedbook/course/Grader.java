package org.schedbook.course;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.schedbook.target.sim.SimulatorProcess;

/**
 * Grades submissions, several at a time. The policies of each run in a process that is started for
 * them and ends with them; nothing else of a submission is ever run. Whatever one does, the others
 * are graded.
 */
public final class Grader {

    /**
     * What came of one submission.
     *
     * @param student whose it is
     * @param marks what it gets
     * @param remarks what was left out, and why; sentences
     * @param isGraded false if the grader failed, so that the marks say nothing of it
     * @param took how long it took
     */
    public record Graded(
            String student, Marks marks, List<String> remarks, boolean isGraded, Duration took) {

        public Graded {
            remarks = List.copyOf(remarks);
        }
    }

    /** A policy that hangs costs 2 s, one that is slow its deadline; no submission takes more. */
    public static final Duration LIFE = Duration.ofMinutes(2);

    private static final String OWN_FAULT =
            "It could not be graded, which is the grader's own fault: ";

    private static final String NOT_GRADED = "It could not be graded; ask whoever grades.";

    private final Lab lab;
    private final Marker marker;
    private final int parallel;

    /**
     * @param parallel how many submissions to grade at a time
     */
    public Grader(Lab lab, Hidden hidden, int parallel) {
        this.lab = lab;
        this.marker = new Marker(Optional.of(hidden));
        this.parallel = parallel;
    }

    /**
     * Grades submissions.
     *
     * @param notebooks by the students' names, as {@link Submissions#in} finds them
     * @param done told of each, in the order in which they are done
     * @return in the order of the names
     */
    public List<Graded> grade(Map<String, Optional<Path>> notebooks, Consumer<Graded> done)
            throws InterruptedException {
        var tasks = new ArrayList<Callable<Graded>>();
        notebooks.forEach(
                (student, notebook) ->
                        tasks.add(
                                () -> {
                                    Graded graded = grade(student, notebook);
                                    synchronized (done) {
                                        done.accept(graded);
                                    }
                                    return graded;
                                }));
        var graded = new ArrayList<Graded>();
        try (var pool = Executors.newFixedThreadPool(parallel)) {
            for (Future<Graded> each : pool.invokeAll(tasks)) {
                graded.add(each.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return graded;
    }

    /**
     * Reads what a student has submitted; what is no notebook is nothing, and says why.
     *
     * @throws IOException if the file or directory cannot be read, whatever is in it
     */
    public static Submission read(Lab lab, Optional<Path> notebook) throws IOException {
        return notebook.isPresent()
                ? NotebookReader.read(notebook.get())
                : Submission.nothing(
                        "There is no notebook, or there are several and it cannot be told which one counts. Leave one, or call one %s.ipynb."
                                .formatted(lab.name()));
    }

    private Graded grade(String student, Optional<Path> notebook) throws InterruptedException {
        try {
            return grade(student, read(lab, notebook));
        } catch (IOException e) {
            return unread(student, lab, e);
        } catch (RuntimeException | Error e) {
            return notGraded(student, lab, List.of(), e.toString());
        }
    }

    /** Grades one submission. */
    public Graded grade(String student, Submission submission) throws InterruptedException {
        long start = System.nanoTime();
        var remarks = new ArrayList<>(submission.remarks());
        Optional<Marks> marks = Optional.empty();
        try {
            marks = Optional.of(mark(submission, student, remarks));
        } catch (RuntimeException | Error e) {
            remarks.addFirst(OWN_FAULT + e);
        }
        return new Graded(
                student,
                marks.orElseGet(() -> nothing(NOT_GRADED)),
                remarks,
                marks.isPresent(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    /** Returns what stands for one that could not be read, which costs its student nothing. */
    public static Graded unread(String student, Lab lab, IOException e) {
        return notGraded(
                student,
                lab,
                List.of("It could not be read: " + e.getClass().getSimpleName() + "."));
    }

    /** Returns what stands for one that could not be graded, which costs its student nothing. */
    public static Graded notGraded(String student, Lab lab, List<String> remarks, String why) {
        var all = new ArrayList<>(List.of(OWN_FAULT + why));
        all.addAll(remarks);
        return notGraded(student, lab, all);
    }

    private static Graded notGraded(String student, Lab lab, List<String> remarks) {
        return new Graded(student, nothing(lab, NOT_GRADED), remarks, false, Duration.ZERO);
    }

    /** Throws something if the grader or its machine fails, which is to cost no student a point. */
    private Marks mark(Submission submission, String student, List<String> remarks)
            throws InterruptedException {
        if (submission.policies().isEmpty() && submission.answers().isEmpty()) {
            return nothing("Nothing was found to grade.");
        }
        // It may have to wait for those of others, which is not to be counted.
        Marker.Source compiled = Marker.of(lab, submission);
        try (var clock = Executors.newSingleThreadScheduledExecutor()) {
            Thread here = Thread.currentThread();
            Future<?> end = clock.schedule(here::interrupt, LIFE.toSeconds(), TimeUnit.SECONDS);
            try {
                return SimulatorProcess.apart(() -> marker.mark(lab, compiled, student));
            } finally {
                end.cancel(false);
                clock.shutdownNow();
            }
        } catch (InterruptedException e) {
            String why = "Its tests took more than %d s.".formatted(LIFE.toSeconds());
            remarks.add(why);
            return nothing(why);
        }
    }

    private Marks nothing(String why) {
        return nothing(lab, why);
    }

    private static Marks nothing(Lab lab, String why) {
        return new Marks(
                lab,
                lab.parts().stream()
                        .map(part -> new Marks.OfPart(part, why, List.of(), List.of(), true))
                        .toList());
    }
}
