package org.schedbook.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is no file is not read, and what has no end is read as far as the limit. */
@Timeout(60)
class ForeignFileTest {

    @TempDir Path directory;

    private static void assertRefused(String message, Path file) {
        assertEquals(
                message,
                assertThrows(ForeignFileException.class, () -> ForeignFile.read(file, 2048))
                        .getMessage());
    }

    @Test
    void whatIsNoFileIsNotRead() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Path device = Files.createSymbolicLink(directory.resolve("a"), Path.of("/dev/zero"));
        for (Path none : new Path[] {pipe, device, directory}) {
            assertRefused(none + " is no file", none);
            assertThrows(ForeignFileException.class, () -> ForeignFile.lines(none, 10));
        }
        Path nothing = directory.resolve("nothing");
        assertThrows(NoSuchFileException.class, () -> ForeignFile.read(nothing, 10));
        assertThrows(NoSuchFileException.class, () -> ForeignFile.lines(nothing, 10));
    }

    @Test
    void noMoreIsReadThanTheLimitWhateverTheLengthIsSaidToBe() throws Exception {
        Path file = Files.write(directory.resolve("b"), new byte[2048]);
        assertArrayEquals(new byte[2048], ForeignFile.read(file, 2048));
        Files.write(file, new byte[2049]);
        assertRefused(file + " has more than 2 KiB", file);
        // Its length is said to be 0.
        Path endless = Path.of("/proc/self/maps");
        assertRefused("/proc/self/maps has more than 2 KiB", endless);
    }

    @Test
    void aLineWithoutAnEndIsNotRead() throws Exception {
        Path file = Files.writeString(directory.resolve("c"), "1234567890\n".repeat(10_000));
        assertEquals(110_000, count(file, 10));
        assertThrows(ForeignFileException.class, () -> count(file, 9));
    }

    private static int count(Path file, int maxLine) throws IOException {
        try (InputStream in = ForeignFile.lines(file, maxLine)) {
            return in.readAllBytes().length;
        }
    }
}
