package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QemuTest extends OwnGuestDirectory {

    @ParameterizedTest
    @CsvSource({
        "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18), false",
        "QEMU emulator version 8.0.4, false",
        "QEMU emulator version 8.1.0, true",
        "QEMU emulator version 10.0.3 (Debian 1:10.0.3+ds-0+deb13u1), true",
        "something else, false"
    })
    void emulatesBySeveralThreadsFromVersion81On(String version, boolean safe) {
        assertEquals(safe, Qemu.isAtLeast("8.1", version));
    }

    @Test
    void theOneThatWasBroughtGoesBeforeTheSystems() throws Exception {
        assertEquals(OTHER.qemu(), Qemu.program(OTHER));
        assertEquals(bring("rwxr-xr-x", "rwxr-xr-x").toString(), Qemu.program(OTHER));
    }

    @ParameterizedTest
    @CsvSource({"rwxr-xr-x, rwxr-xrwx", "rwxr-xrwx, rwxr-xr-x", "rwxr-xr-x, rw-r--r--"})
    void oneThatOthersCanReplaceOrThatIsNoProgramIsNotRun(String above, String program)
            throws Exception {
        bring(above, program);
        assertEquals(OTHER.qemu(), Qemu.program(OTHER));
    }

    /** Puts a QEMU where {@code ./schedbook} would. */
    private Path bring(String above, String program) throws Exception {
        Path version = directory.resolve(OTHER.label()).resolve("qemu/10");
        Files.createDirectories(version);
        Files.createSymbolicLink(version.resolveSibling("current"), version);
        Path file = Files.createFile(version.resolve(OTHER.qemu()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(program));
        Files.setPosixFilePermissions(version, PosixFilePermissions.fromString(above));
        return file.toRealPath();
    }
}
