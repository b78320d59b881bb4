package org.schedbook.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.schedbook.course.Grader;
import org.schedbook.course.Grader.Graded;
import org.schedbook.course.Hidden;
import org.schedbook.course.Lab;
import org.schedbook.course.Marks;
import org.schedbook.course.Submission;
import org.schedbook.course.Submissions;
import org.schedbook.file.NamedFile;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Plain;
import org.schedbook.units.Machines;
import org.schedbook.units.UnitRun;
import org.schedbook.units.Work;
import org.schedbook.view.UnitsView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Grades the submissions of a lab. */
@Command(
        name = "grade",
        description = {
            "Grades the submissions of a lab, several at a time.",
            "",
            "Only the %%policy and %%answer cells of notebooks are taken, and no other cell is run."
                    + " SUBMISSIONS holds STUDENT.ipynb, STUDENT/...ipynb or STUDENT/LAB/LAB.ipynb."
                    + " Beside the table there are JUnit's XML and a directory with a page and"
                    + " Gradescope's results for each student.",
            "",
            "With --on, workers grade, here or on a cluster. What has a result in DIR, which is"
                    + " beside FILE unless given, is not graded again, so a batch that was"
                    + " interrupted or killed goes on where it was.",
            ""
        })
final class Grade implements Callable<Integer> {

    private static final int LISTED = 20;

    @Parameters(index = "0", paramLabel = "LAB", description = "lab1 to lab8.")
    private String lab;

    @Parameters(index = "1", paramLabel = "SUBMISSIONS", description = "A directory.")
    private Path submissions;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "grades.csv",
            description = "The table. The default is ${DEFAULT-VALUE}.")
    private Path out;

    @Option(
            names = "--hidden-tests",
            paramLabel = "JAR",
            description = "Hidden tests of your own, in place of Schedbook's.")
    private Path hidden;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "How many submissions this process grades at a time; one for each CPU by"
                            + " default.")
    private Integer parallel;

    @Mixin private UnitOptions units;

    @Spec private CommandSpec spec;

    /** Returns 0 once all submissions are graded, whatever they got. */
    @Override
    public Integer call() throws InterruptedException {
        Lab which =
                Lab.named(lab)
                        .orElseThrow(
                                () ->
                                        new CellError("There is no lab '%s'.".formatted(lab))
                                                .next("There are: " + names() + "."));
        if (parallel != null && parallel < 1) {
            throw new CellError("--parallel %d grades nobody.".formatted(parallel))
                    .next("Give it 1 or more.");
        }
        if (parallel != null && units.isGiven()) {
            throw new CellError("--parallel is for this process, and --on for workers.")
                    .next("Write --on local:%d.".formatted(parallel));
        }
        Map<String, Optional<Path>> notebooks = found(which);
        requirePlaces();
        sayWhatIsLeftOut();
        return units.isGiven() ? gradeAsUnits(which, notebooks) : gradeHere(which, notebooks);
    }

    private int gradeHere(Lab which, Map<String, Optional<Path>> notebooks)
            throws InterruptedException {
        long start = System.nanoTime();
        int atATime = parallel == null ? Runtime.getRuntime().availableProcessors() : parallel;
        return write(
                which,
                new Grader(which, hiddenTests(), atATime).grade(notebooks, this::show),
                start);
    }

    private int gradeAsUnits(Lab which, Map<String, Optional<Path>> notebooks)
            throws InterruptedException {
        long start = System.nanoTime();
        hiddenTests(); // Says so if there are none.
        var submissions = new LinkedHashMap<String, Submission>();
        var graded = new TreeMap<String, Graded>(); // as they were found
        for (var each : notebooks.entrySet()) {
            try {
                submissions.put(each.getKey(), Grader.read(which, each.getValue()));
            } catch (IOException e) {
                graded.put(each.getKey(), Grader.unread(each.getKey(), which, e));
            }
        }
        Machines machines = Machines.of(Work.Needs.USUAL, units.on);
        GradeRun run = run(which, submissions, machines);
        if (units.cancel) {
            return UnitOptions.cancel(run, this::say) ? 0 : 1;
        }
        if (units.status) {
            run.inspect();
            say(UnitsView.progress(run.progress()));
            return run.progress().done() == run.progress().total() ? 0 : 1;
        }
        if (units.retry) {
            run.forgive();
        }
        say(
                "%d submissions: %s, in %s, %d at a time"
                        .formatted(
                                submissions.size(),
                                UnitsView.units(run.progress()),
                                directory(),
                                machines.atATime()));
        UnitOptions.follow(run, this::say);
        run.graded().forEach(each -> graded.put(each.student(), each));
        graded.values().forEach(this::show);
        UnitRun.Progress now = run.progress();
        if (!now.given().isEmpty()) {
            say(UnitsView.givenUp(now) + " --retry tries again.");
        }
        if (!now.isComplete() && !now.note().isEmpty()) {
            say(now.note());
        }
        return write(which, List.copyOf(graded.values()), start);
    }

    private GradeRun run(
            Lab which, SequencedMap<String, Submission> submissions, Machines machines) {
        try {
            return new GradeRun(which, jar(), submissions, directory(), machines);
        } catch (IOException e) {
            throw new CellError(
                            "The directory %s cannot be used: %s."
                                    .formatted(directory(), e.getMessage()))
                    .next("Choose another place with --dir.");
        }
    }

    private Path directory() {
        return units.directory == null ? beside("-units") : units.directory;
    }

    /** Returns the command's status. */
    private int write(Lab which, List<Graded> graded, long start) {
        write(which, graded);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        say(
                String.format(
                        Locale.ROOT,
                        "%d submissions in %.1f s: %s, %s and %s.",
                        graded.size(),
                        took.toMillis() / 1e3,
                        out,
                        beside(".xml"),
                        beside("-feedback")));
        long failed = graded.stream().filter(each -> !each.isGraded()).count();
        if (failed > 0) {
            say(
                    "%d could not be graded, which is no fault of theirs; run the command again."
                            .formatted(failed));
        }
        return failed > 0 ? 1 : 0;
    }

    private static String names() {
        return Lab.ALL.stream().map(Lab::name).collect(Collectors.joining(", "));
    }

    private Map<String, Optional<Path>> found(Lab which) {
        try {
            var notebooks = Submissions.in(submissions, which);
            for (Path ours : List.of(beside("-feedback"), directory())) {
                Path place = ours.toAbsolutePath().normalize();
                if (submissions.toAbsolutePath().normalize().equals(place.getParent())) {
                    notebooks.remove(place.getFileName().toString());
                }
            }
            if (notebooks.isEmpty()) {
                throw new CellError("There are no submissions in %s.".formatted(submissions))
                        .next("Put STUDENT.ipynb or STUDENT/%s.ipynb there.".formatted(lab));
            }
            return notebooks;
        } catch (IOException e) {
            throw unreadable();
        }
    }

    /** An archive that nobody unpacked, for example, is somebody's work. */
    private void sayWhatIsLeftOut() {
        try {
            List<String> files = Submissions.leftOut(submissions);
            if (!files.isEmpty()) {
                say("These are no notebooks, and are left out: %s.".formatted(shortened(files)));
            }
        } catch (IOException e) {
            throw unreadable();
        }
    }

    private static String shortened(List<String> names) {
        return names.stream().limit(LISTED).collect(Collectors.joining(", "))
                + (names.size() > LISTED ? ", …" : "");
    }

    private CellError unreadable() {
        return new CellError("%s cannot be read.".formatted(submissions))
                .next("Give a directory of submissions.");
    }

    /** Looks whether grades can be written before any are given, which may take an hour. */
    private void requirePlaces() {
        if (Files.isDirectory(out) || out.equals(beside(".xml"))) {
            throw new CellError("%s cannot be the table.".formatted(out))
                    .next("Name a file with --out, such as grades.csv.");
        }
        try {
            NamedFile.directory(beside("-feedback"));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static CellError unwritable(IOException e) {
        return new CellError("The grades cannot be written: %s.".formatted(e.getMessage()))
                .next("Choose another place with --out.");
    }

    private Path jar() {
        return hidden == null ? Path.of(System.getProperty("schedbook.hidden-tests", "")) : hidden;
    }

    private Hidden hiddenTests() {
        try {
            return Hidden.in(jar());
        } catch (IOException e) {
            throw new CellError("There are no hidden tests: %s.".formatted(e.getMessage()))
                    .next("Give their jar with --hidden-tests.");
        }
    }

    private void show(Graded each) {
        say(
                String.format(
                        Locale.ROOT,
                        "%-24s %s of %s  %.1f s%s",
                        each.student(),
                        each.isGraded() ? Marks.number(each.marks().points()) : "?",
                        Marks.number(each.marks().max()),
                        each.took().toMillis() / 1e3,
                        each.remarks().isEmpty() ? "" : "  " + each.remarks().getFirst()));
    }

    private void say(String text) {
        spec.commandLine().getOut().println(Plain.of(text));
    }

    private void write(Lab which, List<Graded> graded) {
        Path feedback = beside("-feedback");
        try {
            NamedFile.directory(feedback);
            GradeFiles.csv(out, which, graded);
            GradeFiles.junit(beside(".xml"), graded);
            for (Graded each : graded) {
                String name = GradeFiles.fileName(each.student());
                GradeFiles.feedback(feedback.resolve(name + ".html"), each);
                if (each.isGraded()) {
                    GradeFiles.gradescope(feedback.resolve(name + ".results.json"), each);
                }
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** A path that is called as the table, without its ending. */
    private Path beside(String ending) {
        String name = out.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        return out.resolveSibling(name + ending);
    }
}
