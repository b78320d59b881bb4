package org.schedbook.course;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is read of a notebook is in {@code GradeTest}. */
class NotebookReaderTest {

    @Test
    void aFileThatCannotBeReadIsNotTakenForAWrongOne() {
        // A file of which no disk, and nobody, has the first byte.
        assertThrows(IOException.class, () -> NotebookReader.read(Path.of("/proc/self/mem")));
    }
}
