package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.Attachment;

/** The QEMU that {@code ./schedbook} brought, if it had to, and the system's own. */
@Tag("long")
@Timeout(240)
class QemuIT {

    private static final String PROPERTY = "schedbook.qemu";
    private static final String OF_THE_SYSTEM = "qemu-system-x86_64";

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @AfterEach
    void forget() {
        System.clearProperty(PROPERTY);
    }

    @Test
    void theSystemsOwnRunsPoliciesHoweverOldItIs() throws Exception {
        System.setProperty(PROPERTY, OF_THE_SYSTEM);
        assertRunsPolicies();
    }

    @Test
    void theOneThatGuestsUsuallyRunInRunsThemWithAllCpusAtOnce() throws Exception {
        assumeTrue(
                Qemu.patchesCodeSafely(Architecture.HOST),
                "no newer one could be had: " + Qemu.version(Architecture.HOST));
        assertNotEquals(Accelerator.TCG_IN_TURN, hardware().accelerator());
        assertRunsPolicies();
    }

    /** Boots, so that nothing is left behind: notebooks keep only two saved guests. */
    private static void assertRunsPolicies() throws Exception {
        var policy = new PolicyCompiler().compile(PolicySource.builtIn("fifo").orElseThrow());
        try (VmTarget guest =
                VmTarget.bootCold(Snapshot.of(GuestImage.find(Architecture.HOST), hardware()))) {
            try (Attachment attachment = guest.attach(policy)) {
                var load = List.of("perf", "bench", "sched", "messaging", "-g", "1", "-l", "50");
                assertEquals(0, guest.run(load, LIMIT).exitCode());
                assertTrue(attachment.status().counters().get("nr_user_dispatches") > 0);
            }
            assertEquals("disabled", guest.state());
        }
    }

    @Test
    void aGuestSavedInOneIsNotResumedInTheOther() throws Exception {
        assumeTrue(
                !Qemu.program(Architecture.HOST).equals(OF_THE_SYSTEM),
                "there is only the system's");
        var usual = Snapshot.of(GuestImage.find(Architecture.HOST), hardware()).directory();
        System.setProperty(PROPERTY, OF_THE_SYSTEM);
        assertNotEquals(
                usual, Snapshot.of(GuestImage.find(Architecture.HOST), hardware()).directory());
    }

    private static Hardware hardware() throws Exception {
        return Hardware.choose(GuestImage.find(Architecture.HOST), GuestShape.DEFAULT);
    }
}
