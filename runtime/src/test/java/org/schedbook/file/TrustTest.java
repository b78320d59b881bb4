package org.schedbook.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustTest {

    /** Of a user that this one is not. */
    private static final int STRANGER = 54_321;

    @TempDir private Path temporary;
    private Path directory;
    private Path file;

    @BeforeEach
    void make() throws IOException {
        directory = Files.createDirectory(temporary.resolve("guest"));
        file = Files.createFile(directory.resolve("ram"));
        mode(directory, "rwxr-xr-x");
        mode(file, "rw-r--r--");
    }

    @Test
    void onesOwnIsTrusted() throws IOException {
        assertEquals(Optional.empty(), Trust.objection(file));
    }

    @Test
    void rootsIsTrusted() throws IOException {
        assertEquals(Optional.empty(), Trust.objection(Path.of("/proc/self/exe").toRealPath()));
    }

    @Test
    void whatOthersCanWriteToIsNot() throws IOException {
        mode(file, "rw-r--rw-");
        assertObjection(file, "can be written to by others");
    }

    @Test
    void whatIsInADirectoryThatOthersCanWriteToIsNot() throws IOException {
        mode(directory, "rwxr-xrwx");
        assertObjection(file, "can be written to by others (by " + directory.toRealPath() + ")");
    }

    @Test
    void aDirectoryThatOthersCanWriteToIsNotEvenIfItIsSticky() throws IOException {
        Files.setAttribute(directory, "unix:mode", 01777);
        assertObjection(directory, "can be written to by others");
        assertEquals(Optional.empty(), Trust.objection(file));
    }

    @Test
    void aLinkIsAsGoodAsWhatItPointsTo() throws IOException {
        mode(file, "rw-rw-rw-");
        Path link = Files.createSymbolicLink(temporary.resolve("link"), file);
        assertObjection(link, "can be written to by others");
    }

    @Test
    void whatBelongsToSomebodyElseIsNotNorWhatAnotherGroupCanWriteTo() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
        Files.setAttribute(file, "unix:gid", STRANGER);
        assertEquals(Optional.empty(), Trust.objection(file));
        mode(file, "rw-rw-r--");
        assertObjection(file, "can be written to by others");
        Files.setAttribute(file, "unix:uid", STRANGER);
        assertObjection(file, "belongs to user " + STRANGER);
        Files.setAttribute(directory, "unix:uid", STRANGER);
        assertTrue(Trust.objection(directory).isPresent());
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static void assertObjection(Path path, String words) throws IOException {
        assertEquals(Optional.of(words), Trust.objection(path));
    }
}
