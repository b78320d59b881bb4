package org.schedbook.course;

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
    private static final Duration LIFE = Duration.ofMinutes(2);

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

    private Graded grade(String student, Optional<Path> notebook) {
        long start = System.nanoTime();
        Submission submission =
                notebook.map(NotebookReader::read)
                        .orElseGet(
                                () ->
                                        Submission.nothing(
                                                "There is no notebook, or there are several and it cannot be told which one counts. Leave one, or call one %s.ipynb."
                                                        .formatted(lab.name())));
        var remarks = new ArrayList<>(submission.remarks());
        Optional<Marks> marks = mark(submission, student, remarks);
        return new Graded(
                student,
                marks.orElseGet(() -> nothing("It could not be graded; ask whoever grades.")),
                remarks,
                marks.isPresent(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    /** Returns nothing if the grader fails, which is to cost no student a point. */
    private Optional<Marks> mark(Submission submission, String student, List<String> remarks) {
        if (submission.policies().isEmpty() && submission.answers().isEmpty()) {
            return Optional.of(nothing("Nothing was found to grade."));
        }
        try (var clock = Executors.newSingleThreadScheduledExecutor()) {
            Thread here = Thread.currentThread();
            Future<?> end = clock.schedule(here::interrupt, LIFE.toSeconds(), TimeUnit.SECONDS);
            try {
                return Optional.of(
                        SimulatorProcess.apart(
                                () -> marker.mark(lab, Marker.of(submission), student)));
            } finally {
                end.cancel(false);
                clock.shutdownNow();
            }
        } catch (InterruptedException e) {
            String why = "Its tests took more than %d s.".formatted(LIFE.toSeconds());
            remarks.add(why);
            return Optional.of(nothing(why));
        } catch (RuntimeException e) {
            remarks.addFirst("It could not be graded, which is the grader's own fault: " + e);
            return Optional.empty();
        }
    }

    private Marks nothing(String why) {
        return new Marks(
                lab,
                lab.parts().stream()
                        .map(part -> new Marks.OfPart(part, why, List.of(), List.of(), true))
                        .toList());
    }
}
