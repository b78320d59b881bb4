package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.target.TargetException;

/** Saved guests, as they are and damaged. */
@Timeout(300)
class SnapshotIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** A kernel without address randomisation is loaded here: memory that is in use. */
    private static final long KERNEL_TEXT = 16 << 20;

    /** How warm a guest is that has to be saved makes no difference here. */
    private static final int REHEARSALS = 1;

    @TempDir Path directory;

    private Path snapshots;
    private Snapshot snapshot;

    /** Has a copy of the saved guest in a directory of its own, for others may be using it. */
    @BeforeEach
    void copy() throws Exception {
        GuestImage image = GuestImage.find(Architecture.HOST);
        Hardware hardware = Hardware.choose(image, GuestShape.DEFAULT);
        Snapshot original = Snapshot.of(image, hardware);
        if (!original.exists()) {
            VmTarget.save(original);
        }
        snapshots = Files.createDirectory(directory.resolve("snapshots"));
        snapshot = Snapshot.of(imageWith(snapshots), hardware, REHEARSALS);
        assertFalse(snapshot.exists());
        var copy =
                new ProcessBuilder("cp", "-r", original.directory().toString(), files().toString())
                        .inheritIO()
                        .start();
        assertEquals(0, copy.waitFor());
    }

    private static GuestImage imageWith(Path snapshots) throws TargetException {
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

    private Path files() {
        return snapshot.directory();
    }

    @Test
    void guestsGoOnFromTheSameMomentEachByItself() throws Exception {
        double late;
        try (VmTarget one = VmTarget.resume(snapshot);
                VmTarget two = VmTarget.resume(snapshot)) {
            assertEquals("", run(one, "find", "/tmp", "-type", "f"));
            run(one, "touch", "/tmp/mine");
            assertEquals("", run(two, "find", "/tmp", "-type", "f"));
            Thread.sleep(5000);
            late = uptime(one);
        }
        try (VmTarget three = VmTarget.resume(snapshot)) {
            double early = uptime(three);
            assertTrue(early < late, early + " s, after " + late + " s");
            assertEquals("", run(three, "find", "/tmp", "-type", "f"));
            assertEquals("disabled", three.state());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ram", "devices", "sums"})
    void aFileCutShortIsNoticed(String file) throws Exception {
        try (var bytes = new RandomAccessFile(files().resolve(file).toFile(), "rw")) {
            bytes.setLength(bytes.length() - 1);
        }
        assertThrows(IOException.class, () -> snapshot.resume(LIMIT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ram", "devices"})
    void aFlippedBitIsNoticed(String file) throws Exception {
        flipBit(file, file.equals("ram") ? KERNEL_TEXT : 1000);
        assertThrows(IOException.class, () -> snapshot.resume(LIMIT));
    }

    @Test
    void aDamagedSnapshotIsReplaced() throws Exception {
        flipBit("ram", KERNEL_TEXT);
        try (VmTarget guest = VmTarget.boot(snapshot)) {
            assertEquals("disabled", guest.state());
        }
        try (VmTarget guest = VmTarget.resume(snapshot)) {
            assertEquals("disabled", guest.state());
        }
        try (var left = Files.list(snapshots)) {
            assertEquals(List.of(files()), left.filter(Files::isDirectory).toList());
        }
    }

    @Test
    void aCopyOfTheImageTakesOverWhatWasSavedUnlessItIsDamaged() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        GuestImage image = imageWith(elsewhere.resolve("snapshots"));
        var copy =
                new GuestImage(
                                elsewhere.resolve(image.kernel().getFileName()),
                                elsewhere.resolve(image.initrd().getFileName()),
                                elsewhere.resolve(image.root().getFileName()),
                                elsewhere.resolve(image.payload().getFileName()),
                                image.snapshots(),
                                image.shared(),
                                image.properties())
                        .withSavedIn(directory);
        Snapshot taken = Snapshot.of(copy, snapshot.hardware(), REHEARSALS);
        flipBit("ram", KERNEL_TEXT);
        assertThrows(DamagedSnapshotException.class, taken::takeOver);
        assertFalse(Files.exists(taken.directory()));
        flipBit("ram", KERNEL_TEXT); // as it was
        assertTrue(taken.takeOver());
        assertTrue(taken.exists());
        assertEquals(
                -1, Files.mismatch(files().resolve("sums"), taken.directory().resolve("sums")));
        try (var left = Files.list(image.snapshots())) {
            assertEquals(List.of(taken.directory()), left.toList());
        }
    }

    @Test
    void aGuestThatWasKilledOrTookTooLongIsResumedAnotherTime() throws Exception {
        Path qemu = directory.resolve("qemu");
        String version = Qemu.version(Architecture.HOST);
        Files.writeString(
                qemu,
                "#!/bin/sh\ntest \"$1\" = --version && echo '%s' && exit\nkill -9 $$\n"
                        .formatted(version));
        assertTrue(qemu.toFile().setExecutable(true));
        String before = System.setProperty("schedbook.qemu", qemu.toString());
        try {
            GuestImage image = imageWith(snapshots);
            var killed = Snapshot.of(image, Hardware.choose(image, GuestShape.DEFAULT));
            Files.move(files(), killed.directory());
            assertEquals(GuestStart.How.RESUMED, killed.start().how());
            assertThrows(TargetException.class, () -> VmTarget.boot(killed));
            assertEquals(GuestStart.How.RESUMED, killed.start().how());
            assertTrue(killed.start().why().contains("did not go on"), killed.start().why());
        } finally {
            if (before == null) {
                System.clearProperty("schedbook.qemu");
            } else {
                System.setProperty("schedbook.qemu", before);
            }
        }
    }

    @Test
    void whereNothingCanBeSavedTheGuestBoots() throws Exception {
        snapshot.discard();
        Files.delete(snapshots);
        Files.createFile(snapshots); // no directory can be made there, not even by root
        try (VmTarget guest = VmTarget.boot(snapshot)) {
            assertEquals("disabled", guest.state());
        }
        assertFalse(snapshot.exists());
        String why = snapshot.start().why();
        assertTrue(why.contains("none could be saved: " + snapshots), why);
    }

    private void flipBit(String file, long offset) throws IOException {
        try (var bytes = new RandomAccessFile(files().resolve(file).toFile(), "rw")) {
            bytes.seek(offset);
            int old = bytes.read();
            bytes.seek(offset);
            bytes.write(old ^ 1);
        }
    }

    private static double uptime(VmTarget guest) throws Exception {
        return Double.parseDouble(run(guest, "cat", "/proc/uptime").split(" ")[0]);
    }

    private static String run(VmTarget guest, String... command) throws Exception {
        return guest.run(List.of(command), LIMIT).output().strip();
    }
}
