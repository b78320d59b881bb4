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
            notebook.fails("%%answer mean", "?", "mean is not answered", "in place of the ?");
            assertTrue(notebook.session().answers().isEmpty());
            notebook.fails("%%answer mean", "System.exit(0);", "one number", "one word");
            notebook.fails("%%answer 1;2", "5", "begins with a letter");
        }
    }
}
