package org.schedbook.target.vm;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** For tests of where images and QEMUs are looked for: it is a directory of the test's own. */
abstract class OwnGuestDirectory {

    static final Architecture OTHER =
            Architecture.HOST == Architecture.ARM64 ? Architecture.AMD64 : Architecture.ARM64;

    private static final String PROPERTY = "schedbook.guest";

    @TempDir Path directory;

    private String before;

    @BeforeEach
    void useTheDirectory() {
        before = System.setProperty(PROPERTY, directory.toString());
    }

    @AfterEach
    void useTheUsualOne() {
        if (before == null) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }
}
