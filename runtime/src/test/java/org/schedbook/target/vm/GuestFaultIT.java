package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.target.TargetException;

/** What becomes of a guest is said so, soon, and the next one is as good as any. */
@Timeout(120)
class GuestFaultIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void aGuestThatWasKilledIsReportedAtOnceWithItsLastWords() throws Exception {
        try (VmTarget guest = VmTarget.boot()) {
            run(guest, "sh", "-c", "echo last words > /dev/ttyS0; sleep 1");
            guest.process().destroyForcibly();
            var e = fails(guest);
            assertTrue(e.getMessage().contains("ended before it could run"), e.getMessage());
            assertTrue(e.getMessage().contains("its QEMU was killed"), e.getMessage());
            assertTrue(e.nextStep().contains("no memory left"), e.nextStep());
            assertTrue(e.detail().contains("last words"), e.detail());
        }
        theNextOneWorks();
    }

    @Test
    void aGuestThatPanicsIsReportedWithThePanic() throws Exception {
        try (VmTarget guest = VmTarget.boot()) {
            var e =
                    assertThrows(
                            TargetException.class,
                            () -> run(guest, "sh", "-c", "echo c > /proc/sysrq-trigger"));
            assertTrue(e.getMessage().contains("its kernel panicked (sysrq"), e.getMessage());
            assertTrue(e.detail().contains("Kernel panic"), e.detail());
            assertFalse(guest.isAlive());
        }
        theNextOneWorks();
    }

    @Test
    void aGuestWhoseSchedulerIsKilledEndsAndSaysSo() throws Exception {
        try (VmTarget guest = VmTarget.boot()) {
            var e =
                    assertThrows(
                            TargetException.class,
                            () -> run(guest, "sh", "-c", "kill -KILL $PPID; sleep 60"));
            assertTrue(e.getMessage().contains("its Java ended with status 137"), e.getMessage());
            assertTrue(e.detail().contains("agent ended with status 137"), e.detail());
            assertFalse(guest.isAlive());
        }
        theNextOneWorks();
    }

    @Test
    void aGuestThatHangsIsStopped() throws Exception {
        try (VmTarget guest = VmTarget.boot()) {
            signal("STOP", guest);
            var e = fails(guest);
            assertTrue(e.getMessage().contains("has hung"), e.getMessage());
            assertFalse(guest.isAlive());
        }
        theNextOneWorks();
    }

    @Test
    void aGuestThatWasSuspendedForAMomentGoesOn() throws Exception {
        try (VmTarget guest = VmTarget.boot()) {
            signal("STOP", guest);
            Thread.sleep(3000);
            signal("CONT", guest);
            assertEquals("here", run(guest, "echo", "here"));
        }
    }

    @Test
    void aGuestAtWorkLeavesNoFileBehindWhateverBecomesOfIt() throws Exception {
        List<Path> before = temporaryFiles();
        try (VmTarget guest = VmTarget.boot()) {
            assertEquals(before, temporaryFiles());
            guest.process().destroyForcibly();
        }
        assertEquals(before, temporaryFiles());
    }

    private static List<Path> temporaryFiles() throws Exception {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("schedbook"))
                    .sorted()
                    .toList();
        }
    }

    private static void theNextOneWorks() throws Exception {
        try (VmTarget next = VmTarget.boot()) {
            assertEquals("disabled", next.state());
        }
    }

    private static TargetException fails(VmTarget guest) {
        return assertThrows(TargetException.class, () -> run(guest, "true"));
    }

    private static void signal(String name, VmTarget guest) throws Exception {
        var kill =
                new ProcessBuilder("kill", "-" + name, Long.toString(guest.process().pid()))
                        .start();
        assertTrue(kill.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, kill.exitValue());
    }

    private static String run(VmTarget guest, String... command) throws Exception {
        return guest.run(List.of(command), LIMIT).output().strip();
    }
}
