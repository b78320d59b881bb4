package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.target.Attachment;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.FakeGuest.Trick;

/**
 * A guest that a policy has taken over: it costs a bounded time, is stopped with words that say
 * why, and leaves no thread behind.
 */
@Timeout(120)
class HostileGuestTest {

    private static final String PROPERTY = "schedbook.qemu";

    @TempDir Path directory;
    private VmTarget guest;

    private VmTarget boot(Trick trick) throws Exception {
        Path program = directory.resolve(trick.name());
        Files.writeString(
                program,
                """
                #!/bin/sh
                test "$1" = --version && echo QEMU emulator version 10.0.0 && exit
                exec %s -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' %s %s
                """
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                System.getProperty("java.class.path"),
                                FakeGuest.class.getName(),
                                trick));
        assertTrue(program.toFile().setExecutable(true));
        System.setProperty(PROPERTY, program.toString());
        Path none = directory.resolve("none");
        var image = new GuestImage(none, none, none, none, none, none, Map.of());
        var hardware = new Hardware(Accelerator.TCG, GuestShape.DEFAULT);
        return guest = VmTarget.bootCold(Snapshot.of(image, hardware, 0));
    }

    @AfterEach
    void close() {
        System.clearProperty(PROPERTY);
        if (guest != null) {
            guest.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_MACHINE", "NO_CPUS", "TOO_MANY_CPUS", "NOT_A_HELLO"})
    void aGuestThatGreetsWithNonsenseIsToldSo(Trick trick) throws Exception {
        assertNonsense(assertThrows(TargetException.class, () -> boot(trick)));
        assertNothingIsLeft();
    }

    @Test
    void aGuestOfAnotherVersionIsToldSo() throws Exception {
        var e = assertThrows(TargetException.class, () -> boot(Trick.OTHER_PROTOCOL));
        assertTrue(e.getMessage().contains("another version"), e.getMessage());
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ASKS",
                "OTHER_REPLY",
                "STATUS_WITHOUT_COUNTERS",
                "STATUS_WITHOUT_A_COUNT",
                "NO_RESULT",
                "BYTES",
                "TAGS",
                "NEGATIVE_LENGTH",
                "WRITES_FOR_EVER",
                "ANSWERS_FOR_EVER"
            })
    void aGuestThatAnswersNonsenseIsStopped(Trick trick) throws Exception {
        boot(trick);
        long started = System.nanoTime();
        assertNonsense(
                assertThrows(
                        TargetException.class,
                        () -> guest.run(List.of("true"), Duration.ofSeconds(60))));
        assertEnded(started);
    }

    @Test
    void aGuestThatEndsInTheMiddleOfAMessageIsToldSo() throws Exception {
        boot(Trick.CUT_SHORT);
        long started = System.nanoTime();
        var e = assertThrows(TargetException.class, () -> guest.state());
        assertTrue(e.getMessage().contains("ended before it could say its state"), e.getMessage());
        assertEnded(started);
    }

    @Test
    void aGuestThatGivesNoSignOfLifeIsStopped() throws Exception {
        boot(Trick.IS_SILENT);
        long started = System.nanoTime();
        var e = assertThrows(TargetException.class, () -> guest.state());
        assertTrue(e.getMessage().contains("has hung"), e.getMessage());
        assertEnded(started);
    }

    @Test
    void aGuestWhoseMemoryAPolicyHasFilledSaysSo() throws Exception {
        boot(Trick.HAS_NO_MEMORY);
        long started = System.nanoTime();
        var e = assertThrows(TargetException.class, () -> guest.state());
        assertTrue(e.getMessage().contains("no memory left"), e.getMessage());
        assertTrue(e.nextStep().contains("keep less"), e.nextStep());
        assertEnded(started);
    }

    @Test
    void aGuestThatReadsNothingOfAPolicyIsStopped() throws Exception {
        boot(Trick.READS_NOTHING);
        long started = System.nanoTime();
        var policy = new CompiledPolicy("p", "P", Map.of("P", new byte[1 << 20]), "hash");
        var e = assertThrows(TargetException.class, () -> guest.attach(policy));
        assertTrue(e.getMessage().contains("did not read"), e.getMessage());
        assertEnded(started);
    }

    @Test
    void aGuestThatReadsNothingCanBeInterrupted() throws Exception {
        boot(Trick.READS_NOTHING);
        var policy = new CompiledPolicy("p", "P", Map.of("P", new byte[1 << 20]), "hash");
        long started = System.nanoTime();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> guest.attach(policy));
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, "it took " + took);
    }

    @Test
    void aGuestThatDoesAsItIsToldIsNotStopped() throws Exception {
        boot(Trick.NONE);
        try (Attachment attachment = guest.attach(new CompiledPolicy("p", "P", Map.of(), "hash"))) {
            assertEquals("enabled", attachment.status().state());
        }
        assertEquals("done", guest.run(List.of("true"), Duration.ofSeconds(60)).output());
        assertTrue(guest.isAlive());
    }

    private static void assertNonsense(TargetException e) {
        assertTrue(e.getMessage().contains("answered nonsense"), e.getMessage());
        assertTrue(e.nextStep().contains("starts a new guest"), e.nextStep());
    }

    private void assertEnded(long started) throws InterruptedException {
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        assertTrue(took.compareTo(Duration.ofSeconds(45)) < 0, "it took " + took);
        assertFalse(guest.isAlive());
        assertNothingIsLeft();
    }

    private static void assertNothingIsLeft() throws InterruptedException {
        Set<String> left = Set.of();
        for (int i = 0; i < 50; i++) {
            left =
                    Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(name -> name.startsWith("guest-") || name.equals("qemu"))
                            .collect(Collectors.toSet());
            if (left.isEmpty()) {
                return;
            }
            Thread.sleep(100);
        }
        assertEquals(Set.of(), left);
    }
}
