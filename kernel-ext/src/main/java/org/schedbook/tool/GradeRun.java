package org.schedbook.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.schedbook.course.Grader;
import org.schedbook.course.Grader.Graded;
import org.schedbook.course.Lab;
import org.schedbook.course.Submission;
import org.schedbook.file.NamedFile;
import org.schedbook.units.Machines;
import org.schedbook.units.UnitRun;
import org.schedbook.units.Work;

/** Has submissions graded as units, one each. */
final class GradeRun extends UnitRun<GradeUnit, GradeResult> {

    private final Lab lab;
    private final SequencedMap<String, Submission> submissions;
    private final Map<String, String> keys = new LinkedHashMap<>();

    /**
     * @param hidden the jar of hidden tests, which workers read where it is
     * @param submissions by the students' names
     * @param directory for units and results; if it is made, nobody else can read it
     */
    GradeRun(
            Lab lab,
            Path hidden,
            SequencedMap<String, Submission> submissions,
            Path directory,
            Machines machines)
            throws IOException {
        super(
                new Work<>(
                        GradeUnit.class,
                        GradeResult.class,
                        GradeWorker.jvm(hidden),
                        Work.Needs.USUAL),
                units(lab, hidden, submissions),
                closed(directory),
                machines);
        this.lab = lab;
        this.submissions = submissions;
        units().forEach((key, unit) -> keys.put(unit.student(), key));
    }

    private static SequencedMap<String, GradeUnit> units(
            Lab lab, Path hidden, Map<String, Submission> submissions) throws IOException {
        GradeUnit.Versions versions = GradeUnit.Versions.of(hidden);
        var units = new LinkedHashMap<String, GradeUnit>();
        submissions.forEach(
                (student, submission) -> {
                    GradeUnit unit = GradeUnit.of(versions, lab, student, submission);
                    units.put(unit.key(), unit);
                });
        return units;
    }

    /** Of whom one student is, another has no business to read what was submitted. */
    private static Path closed(Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = NamedFile.directory(directory.toAbsolutePath().getParent());
            Files.createDirectory(
                    parent.resolve(directory.getFileName()),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        return directory;
    }

    /** Returns the grades so far, in the order of the submissions. */
    List<Graded> graded() {
        Map<String, GradeResult> results = results();
        Map<String, String> given = progress().given();
        var graded = new ArrayList<Graded>();
        submissions.forEach(
                (student, submission) -> {
                    String key = keys.get(student);
                    graded.add(
                            results.containsKey(key)
                                    ? graded(student, submission, results.get(key))
                                    : Grader.notGraded(
                                            student,
                                            lab,
                                            submission.remarks(),
                                            given.getOrDefault(key, "Nobody has come to it.")));
                });
        return graded;
    }

    private Graded graded(String student, Submission submission, GradeResult result) {
        var remarks = new ArrayList<>(submission.remarks());
        remarks.addAll(result.remarks());
        return new Graded(student, result.marks(lab), remarks, true, result.took());
    }
}
