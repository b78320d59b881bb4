package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No guest outlives the Java that started it. */
@Timeout(180)
class GuestLifetimeIT {

    /** Boots a guest and says so; run in a JVM of its own. */
    static final class Owner {
        public static void main(String[] args) throws Exception {
            VmTarget.boot();
            System.out.println("up");
            Thread.sleep(TimeUnit.MINUTES.toMillis(3));
        }
    }

    @Test
    void killingTheOwnerKillsTheGuest() throws Exception {
        Process owner =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-Dschedbook.guest=" + System.getProperty("schedbook.guest", ""),
                                Owner.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertEquals("up", owner.inputReader().readLine());
            List<ProcessHandle> guests = owner.descendants().toList();
            assertFalse(guests.isEmpty());

            owner.destroyForcibly(); // SIGKILL: no shutdown hook runs
            assertTrue(owner.waitFor(10, TimeUnit.SECONDS));
            for (ProcessHandle guest : guests) {
                guest.onExit().get(10, TimeUnit.SECONDS);
                assertFalse(guest.isAlive());
            }
        } finally {
            owner.destroyForcibly();
        }
    }
}
