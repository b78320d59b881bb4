package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One saves, the others wait. */
@Timeout(120)
class SaveLockTest {

    private static final Duration LONG = Duration.ofSeconds(100);

    @TempDir private Path directory;

    private Path file() {
        return directory.resolve(".lock");
    }

    @Test
    void oneThreadHasItAtATime() throws Exception {
        var holders = new int[2]; // now, and the most there were
        try (var threads = Executors.newFixedThreadPool(8)) {
            var done =
                    threads.invokeAll(
                            Collections.nCopies(
                                    30,
                                    () -> {
                                        try (SaveLock _ =
                                                SaveLock.acquire(file(), LONG).orElseThrow()) {
                                            holders[1] = Math.max(holders[1], ++holders[0]);
                                            Thread.yield();
                                            return --holders[0];
                                        }
                                    }));
            for (var each : done) {
                assertEquals(0, each.get());
            }
        }
        assertEquals(1, holders[1]);
    }

    @Test
    void aProcessThatIsKilledLetsGoOfIt() throws Exception {
        Process holder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                file().toString())
                        .redirectError(new File("/dev/stderr"))
                        .start();
        try {
            assertEquals("held", holder.inputReader().readLine());
            assertTrue(SaveLock.acquire(file(), Duration.ofMillis(200)).isEmpty());
            holder.destroyForcibly();
            SaveLock.acquire(file(), LONG).orElseThrow().close();
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void whereThereIsNoPlaceForItThatIsAnError() throws Exception {
        for (int i = 0; i < 2; i++) { // and nothing is held after it
            assertThrows(
                    IOException.class,
                    () -> SaveLock.acquire(directory.resolve("none/.lock"), Duration.ZERO));
        }
    }

    /** Takes the lock and keeps it. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            var lock = SaveLock.acquire(Path.of(args[0]), LONG);
            System.out.println(lock.map(_ -> "held").orElse("not held"));
            Thread.sleep(LONG);
        }
    }
}
