package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QemuTest {

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
}
