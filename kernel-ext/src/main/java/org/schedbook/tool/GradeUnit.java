package org.schedbook.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.schedbook.bench.Bench;
import org.schedbook.compile.PolicySource;
import org.schedbook.course.Answer;
import org.schedbook.course.Grader;
import org.schedbook.course.Lab;
import org.schedbook.course.Submission;
import org.schedbook.units.CodeHash;
import org.schedbook.units.Unit;

/**
 * A submission, with all that its grade depends on. Of hidden tests it has the hash alone.
 *
 * @param format rises when what a unit means changes
 * @param student hidden loads depend on it
 * @param policies by name
 * @param answers by name, as {@link Answer#text} has them
 */
record GradeUnit(
        int format,
        Versions versions,
        String lab,
        String student,
        Map<String, Source> policies,
        Map<String, String> answers)
        implements Unit {

    private static final int FORMAT = 1;

    /** What a submission's tests may take, and the worker around them. */
    private static final Duration LIMIT = Grader.LIFE.plusMinutes(3);

    /** A policy, with the line of its cell that it begins in. */
    record Source(String text, int firstLine) {}

    /**
     * What a grade depends on besides what was submitted.
     *
     * @param schedbook the hash of the classes that grade, and of those that simulate
     * @param java the version of Java
     * @param tests the hash of the hidden tests
     */
    record Versions(String schedbook, String java, String tests) {

        /** Returns those of this process. */
        static Versions of(Path hidden) throws IOException {
            return new Versions(
                    CodeHash.of(Lab.class) + " " + CodeHash.of(Bench.class),
                    Runtime.version().toString(),
                    CodeHash.of(hidden));
        }
    }

    static GradeUnit of(Versions versions, Lab lab, String student, Submission submission) {
        Submission counts = submission.of(lab);
        return new GradeUnit(
                FORMAT,
                versions,
                lab.name(),
                student,
                counts.policies().entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey,
                                        each ->
                                                new Source(
                                                        each.getValue().text(),
                                                        each.getValue().firstLine()))),
                counts.answers().entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey, each -> each.getValue().text())));
    }

    Submission submission() {
        var sources = new HashMap<String, PolicySource>();
        policies.forEach(
                (name, source) ->
                        sources.put(
                                name, new PolicySource(name, source.text(), source.firstLine())));
        var answered = new HashMap<String, Answer>();
        answers.forEach((name, text) -> answered.put(name, new Answer(name, text)));
        return new Submission(sources, answered, List.of());
    }

    @Override
    public Duration limit() {
        return LIMIT;
    }
}
