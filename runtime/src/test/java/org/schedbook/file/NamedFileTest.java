package org.schedbook.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person names is written where the name says, whatever links came with a notebook. */
@Timeout(60)
class NamedFileTest {

    private static final int STRANGER = 4711;

    @TempDir private Path outside;

    /** Of the working directory, as what a notebook writes is. */
    @TempDir(factory = InTarget.class)
    private Path here;

    private Path precious;

    @BeforeEach
    void make() throws IOException {
        precious = Files.writeString(outside.resolve("precious"), "as it was");
    }

    private static void assertRefused(String message, Path file) {
        var e = assertThrows(ForeignFileException.class, () -> NamedFile.write(file, "new"));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void aFileIsMadeOrReplacedAndKeepsItsPermissions() throws Exception {
        Path file = here.resolve("new");
        NamedFile.write(file, "first");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        NamedFile.write(file, "second");
        assertEquals("second", Files.readString(file));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (var files = Files.list(here)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aLinkInItsPlaceIsReplaced() throws Exception {
        for (Path to : List.of(precious, outside, outside.resolve("nothing"))) {
            Path file = Files.createSymbolicLink(here.resolve("to-" + to.getFileName()), to);
            NamedFile.write(file, "new");
            assertTrue(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
            assertEquals("new", Files.readString(file));
        }
        assertEquals("as it was", Files.readString(precious));
        Path hard = Files.createLink(here.resolve("hard"), precious);
        NamedFile.write(hard, "new");
        assertEquals("as it was", Files.readString(precious));
        assertFalse(Files.exists(outside.resolve("nothing")));
    }

    @Test
    void aLinkOnTheWayLeadsNowhereElse() throws Exception {
        Path link = Files.createSymbolicLink(here.resolve("out"), outside);
        assertRefused(" leads out of this directory, to " + outside, link.resolve("precious"));
        Files.createSymbolicLink(here.resolve("again"), Path.of("out"));
        assertRefused("leads out", here.resolve("again/precious"));
        assertRefused("leads out", here.resolve("again/../again/new"));
        assertThrows(ForeignFileException.class, () -> NamedFile.directory(link.resolve("made")));
        Files.createSymbolicLink(here.resolve("loop"), Path.of("loop"));
        assertThrows(IOException.class, () -> NamedFile.write(here.resolve("loop/new"), "new"));
        try (var files = Files.list(outside)) {
            assertEquals(List.of(precious), files.toList());
        }
        assertEquals("as it was", Files.readString(precious));
    }

    @Test
    void aLinkThatStaysIsFollowedAndSoIsOneOfAnotherPlace() throws Exception {
        Path plots = Files.createDirectory(here.resolve("plots"));
        Files.createSymbolicLink(here.resolve("link"), plots);
        NamedFile.write(here.resolve("link/a"), "a");
        assertEquals("a", Files.readString(plots.resolve("a")));
        Path elsewhere = Files.createSymbolicLink(outside.resolve("link"), here);
        NamedFile.write(elsewhere.resolve("b"), "b");
        assertEquals("b", Files.readString(here.resolve("b")));
    }

    @Test
    void aLinkOfSomebodyElsesIsNotFollowed() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
        Path theirs = Files.createSymbolicLink(outside.resolve("theirs"), here);
        Files.setAttribute(theirs, "unix:uid", STRANGER, LinkOption.NOFOLLOW_LINKS);
        assertRefused(theirs + " is a link of somebody else's", theirs.resolve("new"));
        Path ours = Files.createSymbolicLink(outside.resolve("ours"), theirs);
        assertRefused(theirs + " is a link of somebody else's", ours.resolve("new"));
        NamedFile.write(theirs, "in its place");
        assertTrue(Files.isRegularFile(theirs, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void whatIsNoFileStays() throws Exception {
        Path pipe = here.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        for (Path none : List.of(pipe, here, Path.of("/"), Path.of("/dev/null"), Path.of(".."))) {
            assertRefused(none + " is no file", none);
        }
    }

    @Test
    void whatFailsHalfWayLeavesTheOldFile() throws Exception {
        Path file = Files.writeString(here.resolve("old"), "old");
        assertThrows(
                IOException.class,
                () ->
                        NamedFile.write(
                                file,
                                out -> {
                                    out.write(1);
                                    throw new IOException("half way");
                                }));
        assertEquals("old", Files.readString(file));
        try (var files = Files.list(here)) {
            assertEquals(List.of(file), files.toList());
        }
    }
}
