package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.course.Hidden;

/** Cells that are run for a mark, and answers in them. */
@Timeout(120)
class GradingModeTest {

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"NBGRADER_EXECUTION, autograde", "SCHEDBOOK_GRADING, 1"})
    void nothingIsKeptAndNoGuestWaits(String variable, String value) {
        try (var notebook = new Notebook(directory, Map.of(variable, value))) {
            assertTrue(notebook.ok("%%policy mine", Notebook.FIFO).contains("mine@1 is compiled"));
            assertTrue(notebook.ok("%history mine").contains("mine@1"));
            notebook.ok("%target sim --cpus 2");
            notebook.ok("%bench messaging:groups=1,loops=5 --only -p fifo,mine -n 2");
            assertTrue(notebook.session().isGrading());
            assertEquals(0, notebook.session().place().spareMib());
            assertFalse(Files.exists(directory.resolve(".schedbook")));
        }
    }

    @Test
    void anAnswerIsKeptUntilItsCellHoldsNone() {
        try (var notebook = new Notebook(directory)) {
            assertEquals("mean: 43.5", notebook.ok("%%answer mean", "43.5\n"));
            assertEquals("43.5", notebook.session().answers().get("mean").text());
            assertEquals(
                    "mean is open: write your answer in place of the ?.",
                    notebook.ok("%%answer mean", "// How long?\n?"));
            assertTrue(notebook.session().answers().isEmpty());
            notebook.fails("%%answer mean", "System.exit(0);", "one number", "one word");
            notebook.fails("%%answer 1;2", "5", "begins with a letter");
        }
    }

    @Test
    void theTestsOfALabSayPublicAndNeverAll() {
        try (var notebook = new Notebook(directory)) {
            String before = notebook.ok("%check lab1");
            assertTrue(before.contains("lab1: 0 of 9 points of the public tests."), before);
            assertTrue(before.contains("There is no policy my-fifo yet"), before);
            notebook.ok("%%policy my-fifo", Notebook.FIFO.replace("SLICE_DFL_NS", "SLICE_INF_NS"));
            String passed = notebook.ok("%check lab1 my-fifo");
            assertTrue(
                    passed.contains("lab1: public tests passed. A grader has more of them."),
                    passed);
            assertFalse(passed.contains("all"), passed);
            notebook.ok("%%policy my-fifo", Notebook.FIFO);
            String failed = notebook.ok("%check lab1 my-fifo");
            assertTrue(failed.contains("ran as LLstuL") || failed.contains("ran as LstuL"), failed);
            assertTrue(failed.contains("which slice has no end"), failed);
            notebook.fails("%check lab1 my-rr", null, "lab1 has no part named 'my-rr'", "my-fifo");
            notebook.fails("%%policy lab1", Notebook.FIFO, "no other policy can take its name");
        }
    }

    @Test
    void aScoreIsANumberOfPublicAndHiddenTests() {
        var environment =
                Map.of("NBGRADER_EXECUTION", "autograde", Hidden.VARIABLE, "target/classes");
        try (var notebook = new Notebook(directory, environment)) {
            assertTrue(notebook.ok("%check lab1 my-fifo").startsWith("0.0"));
            notebook.ok("%%policy my-fifo", Notebook.FIFO.replace("SLICE_DFL_NS", "SLICE_INF_NS"));
            notebook.ok("%%answer lifo-mean", "same");
            assertEquals("6.0", notebook.text("%check lab1 my-fifo"));
            assertEquals("7.0", notebook.text("%check lab1 my-fifo lifo-mean"));
            notebook.ok("%%policy my-fifo", Notebook.FIFO);
            assertEquals("1.0", notebook.text("%check lab1 my-fifo"));
        }
    }

    @Test
    void nobodyIsGradedWithoutTheHiddenTests() {
        for (String jar : new String[] {"", "no-such.jar", "src"}) {
            var environment = Map.of("NBGRADER_EXECUTION", "autograde", Hidden.VARIABLE, jar);
            try (var notebook = new Notebook(directory, environment)) {
                notebook.fails("%check lab1", null, "hidden tests", Hidden.VARIABLE);
            }
        }
        try (var notebook = new Notebook(directory, Map.of("NBGRADER_EXECUTION", "validate"))) {
            assertEquals("0.0", notebook.text("%check lab1"));
        }
    }
}
