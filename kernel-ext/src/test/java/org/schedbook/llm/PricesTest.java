package org.schedbook.llm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file of prices that may have come with somebody's notebook. */
@Timeout(20)
class PricesTest {

    @TempDir Path directory;

    @Test
    void aFileThatIsMissingIsMadeAndSaysHowItIsWritten() throws Exception {
        Path file = directory.resolve("new").resolve("prices.csv");
        assertFalse(Prices.read(file).knows("m"));
        assertTrue(Files.readString(file).startsWith("#"));
    }

    @Test
    void nothingIsMadeAtTheOtherEndOfALink() throws Exception {
        Path elsewhere = directory.resolve("elsewhere");
        Path link = Files.createSymbolicLink(directory.resolve("prices.csv"), elsewhere);
        assertThrows(IOException.class, () -> Prices.read(link));
        assertFalse(Files.exists(elsewhere));
    }

    @Test
    void whatIsNoFileIsNotRead() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("a"), Path.of("/dev/zero"));
        assertThrows(IOException.class, () -> Prices.read(link));
        Path pipe = directory.resolve("b");
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        assertThrows(IOException.class, () -> Prices.read(pipe));
    }
}
