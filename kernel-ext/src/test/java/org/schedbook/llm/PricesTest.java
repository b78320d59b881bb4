package org.schedbook.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(
            strings = {"m, NaN, 1, 1", "m, 1, -1, 1", "m, 1, 1, Infinity", "m, 1, 1", "m, 1, 1, x"})
    void whatNoLimitCouldHoldIsNoPrice(String line) throws Exception {
        Path file = Files.writeString(directory.resolve("prices.csv"), line);
        var e = assertThrows(IOException.class, () -> Prices.read(file));
        assertTrue(e.getMessage().contains(line), e.getMessage());
    }

    @Test
    void whatAServerDoesNotCountIsGuessedRatherTooMuch() throws Exception {
        Prices prices =
                Prices.read(
                        Files.writeString(
                                directory.resolve("prices.csv"), "m, 3000000, 0, 3000000"));
        List<ChatMessage> sent = List.of(ChatMessage.user("x".repeat(300)));
        String text = "y".repeat(600);
        assertEquals(
                OptionalDouble.of(3 * (101 + 201)),
                prices.costOrMore(new Completion(text, "m", "stop", 0, 0, 0, ""), sent, "m"));
        // What it thought before is paid for, too.
        assertEquals(
                OptionalDouble.of(3 * (101 + 1201)),
                prices.costOrMore(new Completion(text, "m", "stop", 0, 0, 0, "", 3000), sent, "m"));
        assertEquals(
                OptionalDouble.of(3 * (7 + 8)),
                prices.costOrMore(new Completion(text, "m", "stop", 7, 0, 8, "", 3000), sent, "m"));
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
