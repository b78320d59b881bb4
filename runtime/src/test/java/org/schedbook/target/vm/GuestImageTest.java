package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.schedbook.target.TargetException;

/** An image is for one architecture, and guests of another have theirs beside it. */
class GuestImageTest extends OwnGuestDirectory {

    @Test
    void oneOfAnotherArchitectureLiesBesideThisMachines() throws Exception {
        make(directory, Architecture.HOST.label());
        make(directory.resolve(OTHER.label()), OTHER.label());
        GuestImage image = GuestImage.find(OTHER);
        assertEquals(OTHER, image.architecture());
        assertTrue(Qemu.command(image, hardware(OTHER), "").contains(OTHER.machine()));
        assertEquals(Architecture.HOST, GuestImage.find(Architecture.HOST).architecture());
    }

    @Test
    void oneThatIsNotThereIsMadeByACommandThatIsSaid() {
        var e = assertThrows(TargetException.class, () -> GuestImage.find(OTHER));
        assertEquals(
                "There is no guest image for %s yet.".formatted(OTHER.label()), e.getMessage());
        assertTrue(e.nextStep().contains("./schedbook guest add " + OTHER.label()), e.nextStep());
    }

    @Test
    void oneForAnotherArchitectureIsNotStarted() throws Exception {
        make(directory, OTHER.label());
        var e = assertThrows(TargetException.class, () -> GuestImage.find(Architecture.HOST));
        assertTrue(e.getMessage().contains("is for " + OTHER.label()), e.getMessage());
        make(directory, "sparc");
        e = assertThrows(TargetException.class, () -> GuestImage.find(Architecture.HOST));
        assertTrue(e.getMessage().contains("is for sparc"), e.getMessage());
    }

    @Test
    void oneThatNamesNoArchitectureIsOfAmd64() throws Exception {
        make(directory, null);
        assertEquals(
                Architecture.AMD64,
                GuestImage.find(directory, "current", Architecture.AMD64).architecture());
    }

    private static Hardware hardware(Architecture architecture) {
        return new Hardware(Accelerator.TCG, new GuestShape(2, 1536, Clock.WALL, architecture));
    }

    private static void make(Path directory, String architecture) throws IOException {
        Path base = Files.createDirectories(directory.resolve("base/current"));
        Path payload = Files.createDirectories(directory.resolve("payload"));
        for (Path file :
                new Path[] {
                    base.resolve("vmlinuz"),
                    base.resolve("initrd"),
                    base.resolve("root.ext4"),
                    payload.resolve("current.ext4")
                }) {
            Files.writeString(file, "");
        }
        Files.writeString(
                base.resolve("guest.properties"),
                architecture == null ? "" : "architecture=" + architecture);
    }
}
