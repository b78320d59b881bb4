package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.Attachment;

/** Guests other than the usual one. */
@Timeout(240)
class GuestShapeIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Tag("long")
    @Test
    void aGuestHasTheCpusTheMemoryAndTheClockThatWereAskedFor() throws Exception {
        var shape = new GuestShape(4, 1200, Clock.INSTRUCTIONS);
        GuestImage image = GuestImage.find(Architecture.HOST);
        var snapshot = Snapshot.of(image, Hardware.choose(image, shape), 1);
        try (VmTarget guest = VmTarget.boot(snapshot)) {
            assertEquals("4", run(guest, "nproc"));
            assertEquals(4, guest.machine().cpus());
            assertTrue(guest.machine().memoryMib() < 1200, guest.machine().caption());
            assertTrue(
                    guest.machine().caption().contains("clock of instructions"),
                    guest.machine().caption());
            // Time jumps while all sleep.
            run(guest, "sleep", "50");
            var policy = new PolicyCompiler().compile(PolicySource.builtIn("fifo").orElseThrow());
            try (Attachment attachment = guest.attach(policy)) {
                assertEquals("enabled", attachment.status().state());
            }
        }
    }

    @Test
    void aSpareGuestIsTakenOnceAndAnotherCanBePrepared() throws Exception {
        try (VmTarget _ = VmTarget.boot(); // so that one is saved
                var spare = new SpareGuest()) {
            spare.prepare(GuestShape.DEFAULT);
            try (VmTarget first = spare.take(GuestShape.DEFAULT).orElseThrow()) {
                assertEquals("disabled", first.state());
                assertTrue(spare.take(GuestShape.DEFAULT).isEmpty());
                spare.prepare(GuestShape.DEFAULT);
                try (VmTarget second = spare.take(GuestShape.DEFAULT).orElseThrow()) {
                    assertTrue(first.isAlive() && second.isAlive());
                    assertNotEquals(first, second);
                }
            }
        }
    }

    @Test
    void theMemoryOfASpareGuestIsKnownAndNoMoreThanItsShapeHas() throws Exception {
        try (VmTarget _ = VmTarget.boot();
                var spare = new SpareGuest()) {
            assertEquals(0, spare.residentMib());
            spare.prepare(GuestShape.DEFAULT);
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (spare.residentMib() == 0 && System.nanoTime() - deadline < 0) {
                Thread.sleep(50);
            }
            long mib = spare.residentMib();
            assertTrue(mib > 0 && mib <= GuestShape.DEFAULT.memoryMib(), mib + " MiB");
            try (VmTarget _ = spare.take(GuestShape.DEFAULT).orElseThrow()) {
                assertEquals(0, spare.residentMib(), "it is no spare any more");
            }
        }
    }

    @Test
    void aSpareGuestThatIsGivenUpIsGoneAndAnotherCanBePrepared() throws Exception {
        try (VmTarget _ = VmTarget.boot();
                var spare = new SpareGuest()) {
            spare.prepare(GuestShape.DEFAULT);
            spare.giveUp();
            assertTrue(spare.take(GuestShape.DEFAULT).isEmpty());
            spare.prepare(GuestShape.DEFAULT);
            try (VmTarget guest = spare.take(GuestShape.DEFAULT).orElseThrow()) {
                assertTrue(guest.isAlive());
            }
        }
    }

    @Test
    void aSpareGuestOfAnotherShapeIsNotHandedOut() throws Exception {
        try (VmTarget _ = VmTarget.boot();
                var spare = new SpareGuest()) {
            spare.prepare(GuestShape.DEFAULT);
            assertTrue(spare.take(new GuestShape(1, 1536, Clock.WALL)).isEmpty());
            assertEquals(0, spare.residentMib());
        }
    }

    @Test
    void aFreshGuestKnowsNothingOfWhatWasDoneToTheOther() throws Exception {
        try (VmTarget guest = VmTarget.boot()) {
            run(guest, "touch", "/tmp/mine");
            try (VmTarget fresh = guest.fresh()) {
                assertEquals("", run(fresh, "find", "/tmp", "-name", "mine"));
                assertEquals(guest.machine(), fresh.machine());
            }
        }
    }

    @Test
    void outputArrivesWhileTheCommandRuns() throws Exception {
        var pieces = new LinkedBlockingQueue<String>();
        try (VmTarget guest = VmTarget.boot()) {
            var command = List.of("sh", "-c", "echo one; read line < /tmp/go; echo two");
            run(guest, "mkfifo", "/tmp/go");
            Thread waiting =
                    Thread.ofVirtual()
                            .start(() -> quietly(() -> guest.run(command, LIMIT, pieces::add)));
            assertEquals("one\n", pieces.poll(LIMIT.toSeconds(), TimeUnit.SECONDS));
            run(guest, "sh", "-c", "echo > /tmp/go");
            assertEquals("two\n", pieces.poll(LIMIT.toSeconds(), TimeUnit.SECONDS));
            waiting.join();
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void quietly(Action action) {
        try {
            action.run();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String run(VmTarget guest, String... command) throws Exception {
        return guest.run(List.of(command), LIMIT).output().strip();
    }
}
