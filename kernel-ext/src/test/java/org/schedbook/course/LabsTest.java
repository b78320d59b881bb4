package org.schedbook.course;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.compile.PolicySource;

/**
 * What each lab gives: all points to the solutions in its notebook, whoever submits them; none to
 * its skeleton; and to each mistake in {@code src/test/resources/org/schedbook/course} what the
 * first line of its file says, with a message that names it.
 */
@Timeout(120)
class LabsTest {

    private static final Path MISTAKES = Path.of("src/test/resources/org/schedbook/course");

    private static final Pattern SAYS = Pattern.compile("// gets ([0-9.]+); is told: (.+)");

    /** A file {@code LAB/PART.MISTAKE.java}, or {@code .txt} for an answer. */
    record Mistake(String lab, String part, Path file) {

        @Override
        public String toString() {
            return lab + "/" + file.getFileName();
        }
    }

    private static Marker marker() throws IOException {
        return new Marker(Optional.of(Hidden.in(Path.of("target/classes"))));
    }

    static Stream<Lab> labs() {
        return Lab.ALL.stream();
    }

    static List<Mistake> mistakes() throws IOException {
        var mistakes = new ArrayList<Mistake>();
        for (Lab lab : Lab.ALL) {
            try (Stream<Path> files = Files.list(MISTAKES.resolve(lab.name()))) {
                files.sorted()
                        .forEach(
                                file -> {
                                    String part = file.getFileName().toString().split("\\.")[0];
                                    mistakes.add(new Mistake(lab.name(), part, file));
                                });
            }
        }
        return mistakes;
    }

    private static Submission solution(Lab lab) throws IOException {
        return NotebookReader.read(notebook(lab));
    }

    static Path notebook(Lab lab) {
        return Path.of("../notebooks/labs", lab.name(), lab.name() + ".ipynb");
    }

    @ParameterizedTest
    @MethodSource("labs")
    void theSolutionGetsAllPointsWhoeverSubmitsIt(Lab lab) throws Exception {
        Submission solution = solution(lab);
        assertEquals(List.of(), solution.remarks());
        for (String student : List.of("ada", "grace.hopper@example.org", "4711", "")) {
            Marks marks = marker().mark(lab, Marker.of(lab, solution), student);
            for (Marks.OfPart part : marks.parts()) {
                assertTrue(part.passed(), () -> student + ": " + said(part));
            }
            assertEquals(lab.max(), marks.points());
        }
    }

    @ParameterizedTest
    @MethodSource("labs")
    void theSkeletonGetsNothing(Lab lab) throws Exception {
        Submission solution = solution(lab);
        var policies = new HashMap<String, PolicySource>();
        lab.parts().stream()
                .filter(Part::isPolicy)
                .map(part -> solution.policies().get(part.name()))
                .forEach(source -> policies.put(source.name(), skeleton(source)));
        Marks marks =
                marker().mark(
                                lab,
                                Marker.of(lab, new Submission(policies, Map.of(), List.of())),
                                "student");
        assertEquals(0, marks.points(), marks.toString());
        assertEquals(lab.max(), marks.max());
        for (Marks.OfPart part : marks.parts()) {
            assertTrue(
                    said(part).contains(part.part().isPolicy() ? "() still throws" : "no answer"),
                    said(part));
        }
    }

    /** As nbgrader makes it of the solution. */
    static PolicySource skeleton(PolicySource source) {
        String text =
                source.text()
                        .replaceAll(
                                "(?s)( *)// BEGIN SOLUTION.*?// END SOLUTION",
                                "$1throw new UnsupportedOperationException(\"Not written yet.\");");
        assertFalse(text.equals(source.text()), () -> source.name() + " has no solution region");
        return new PolicySource(source.name(), text);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeCostsItsPointsAndIsNamed(Mistake mistake) throws Exception {
        String text = Files.readString(mistake.file());
        Matcher says = SAYS.matcher(text.lines().findFirst().orElseThrow());
        assertTrue(says.matches(), "the first line says what it gets, and is told");
        Lab lab = Lab.named(mistake.lab()).orElseThrow();
        Part part = lab.part(mistake.part()).orElseThrow();
        var submission =
                part.isPolicy()
                        ? new Submission(
                                Map.of(part.name(), new PolicySource(part.name(), text)),
                                Map.of(),
                                List.of())
                        : new Submission(
                                Map.of(),
                                Map.of(part.name(), Answer.of(part.name(), text)),
                                List.of());
        Marks.OfPart marks =
                marker().mark(lab, List.of(part), Marker.of(lab, submission), "ada")
                        .parts()
                        .getFirst();
        assertEquals(Double.parseDouble(says.group(1)), marks.points(), () -> said(marks));
        assertTrue(marks.points() < part.max());
        assertTrue(said(marks).contains(says.group(2)), () -> says.group(2) + " in " + said(marks));
    }

    /** All that a student is told. */
    static String said(Marks.OfPart part) {
        var said = new ArrayList<String>();
        said.add(part.problem());
        part.open().forEach(test -> said.add(test.why()));
        said.addAll(part.hints());
        return String.join("\n", said);
    }

    @ParameterizedTest
    @MethodSource("labs")
    void sixMistakesAtLeastAreTried(Lab lab) throws Exception {
        assertTrue(mistakes().stream().filter(m -> m.lab().equals(lab.name())).count() >= 6);
    }

    @Test
    void aHiddenLoadDiffersFromStudentToStudentAndNotFromRunToRun() {
        var first = new ArrayList<Integer>();
        for (String student : List.of("ada", "bob", "eve", "ada")) {
            first.add(new Submitted(null, null, Marker.seed("lab1/" + student)).random().nextInt());
        }
        assertEquals(first.getFirst(), first.getLast());
        assertEquals(3, first.stream().distinct().count());
    }
}
