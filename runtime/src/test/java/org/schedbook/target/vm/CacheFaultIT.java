package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.target.TargetException;

/** Guests start whatever is the matter with the place where they are saved. */
@Tag("long")
@Timeout(300)
class CacheFaultIT {

    @TempDir private Path directory;

    @Test
    void aDiskThatGetsFullWhileAGuestIsSavedIsDoneWithout() throws Exception {
        assertEquals(
                "disabled, not saved, 0 drafts",
                // The guest's memory would just fit, if there were nothing else.
                onAMount("mount -t tmpfs -o size=1600M none %s", Full.class));
    }

    @Test
    void whereTheCacheIsReadOnlyAGuestBootsThoughOneIsSavedThere() throws Exception {
        VmTarget.boot().close(); // so that it is saved
        Path saved = GuestImage.find(Architecture.HOST).snapshots();
        assertEquals(
                "disabled, saved", onAMount("mount --bind -o ro " + saved + " %s", ReadOnly.class));
    }

    @Test
    void ofNotebooksThatStartAtOnceOneSavesAGuestAndTheOthersWaitForIt() throws Exception {
        Callable<String> notebook = () -> started(snapshotIn(directory));
        long most = 0;
        try (var notebooks = Executors.newFixedThreadPool(3)) {
            var started = new ArrayList<Future<String>>();
            for (int i = 0; i < 3; i++) {
                started.add(notebooks.submit(notebook));
            }
            while (!started.stream().allMatch(Future::isDone)) {
                most = Math.max(most, drafts(directory));
                Thread.sleep(10);
            }
            for (var each : started) {
                assertEquals("disabled", each.get());
            }
        }
        assertEquals(1, most);
        assertEquals("saved, 0 drafts", left(directory));
    }

    /** Starts a guest while something else fills the disk. */
    static final class Full {
        public static void main(String[] args) throws Exception {
            Path cache = Path.of(args[0]);
            Thread.ofPlatform().daemon().start(() -> fillOnceSaving(cache));
            System.out.println(started(snapshotIn(cache)) + ", " + left(cache));
            System.exit(0);
        }

        private static void fillOnceSaving(Path cache) {
            try {
                while (drafts(cache) == 0) {
                    Thread.sleep(10);
                }
                try (OutputStream out = Files.newOutputStream(cache.resolve("rest"))) {
                    for (byte[] bytes = new byte[1 << 20]; ; ) {
                        out.write(bytes);
                    }
                }
            } catch (Exception full) {
                // what was wanted
            }
        }
    }

    /** Starts a guest; QEMU opens the memory of a saved one for writing, and cannot. */
    static final class ReadOnly {
        public static void main(String[] args) throws Exception {
            GuestImage image = imageWith(Path.of(args[0]));
            Snapshot saved = Snapshot.of(image, Hardware.choose(image, GuestShape.DEFAULT));
            System.out.println(started(saved) + (saved.exists() ? ", saved" : ", not saved"));
            System.exit(0);
        }
    }

    /** How warm it is makes no difference here, so that it attaches each policy once only. */
    private static Snapshot snapshotIn(Path cache) throws Exception {
        GuestImage image = imageWith(cache);
        return Snapshot.of(image, Hardware.choose(image, GuestShape.DEFAULT), 1);
    }

    private static GuestImage imageWith(Path snapshots) throws Exception {
        GuestImage image = GuestImage.find(Architecture.HOST);
        return new GuestImage(
                image.kernel(),
                image.initrd(),
                image.root(),
                image.payload(),
                snapshots,
                snapshots,
                image.properties());
    }

    private static String started(Snapshot snapshot) throws TargetException, InterruptedException {
        try (VmTarget guest = VmTarget.boot(snapshot)) {
            return guest.state();
        }
    }

    private static String left(Path cache) throws Exception {
        return saved(cache) + ", %d drafts".formatted(drafts(cache));
    }

    private static String saved(Path cache) throws Exception {
        return snapshotIn(cache).exists() ? "saved" : "not saved";
    }

    private static long drafts(Path cache) throws Exception {
        try (var files = Files.list(cache)) {
            return files.filter(file -> file.getFileName().toString().startsWith(".saving"))
                    .count();
        }
    }

    /** Runs a program on a file system that only it can see; takes no privileges. */
    private String onAMount(String mount, Class<?> program) throws Exception {
        var java =
                "%s/bin/java -cp '%s' -Dschedbook.guest='%s' '%s' %s"
                        .formatted(
                                System.getProperty("java.home"),
                                System.getProperty("java.class.path"),
                                System.getProperty("schedbook.guest", ""),
                                program.getName(),
                                directory);
        Process process =
                new ProcessBuilder(
                                "unshare",
                                "--map-root-user",
                                "--mount",
                                "sh",
                                "-c",
                                mount.formatted(directory) + " && exec " + java)
                        .redirectError(new File("/dev/stderr"))
                        .start();
        try {
            String last = process.inputReader().readAllAsString().strip();
            assertEquals(0, process.waitFor());
            return last;
        } finally {
            process.destroyForcibly();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        }
    }
}
