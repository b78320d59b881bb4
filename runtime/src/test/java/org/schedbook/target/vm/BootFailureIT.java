package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.target.TargetException;

/** A guest that does not come up is said so, with what it wrote to its console. */
@Tag("long")
@Timeout(120)
class BootFailureIT {

    private static final String PROPERTY = "schedbook.guest";

    private final String realGuest = System.getProperty(PROPERTY, "");
    @TempDir private Path guest;
    private Path base;

    @BeforeEach
    void pointToAnotherGuest() throws Exception {
        base = Files.createDirectories(guest.resolve("base/current"));
        Files.createDirectories(guest.resolve("payload"));
        System.setProperty(PROPERTY, guest.toString());
    }

    @AfterEach
    void pointBack() {
        System.setProperty(PROPERTY, realGuest);
    }

    @Test
    void noImageIsNamedWithTheCommandThatMakesOne() {
        var e = assertThrows(TargetException.class, VmTarget::boot);
        assertTrue(e.getMessage().contains("no guest image"), e.getMessage());
        assertTrue(e.nextStep().contains("./schedbook doctor"), e.nextStep());
        assertFalse(VmTarget.availability().usable());
    }

    @Test
    void aKernelThatIsNoneIsReported() throws Exception {
        copyImage();
        Files.writeString(base.resolve("vmlinuz"), "no kernel".repeat(1000));
        var e = assertThrows(TargetException.class, VmTarget::boot);
        assertTrue(e.getMessage().contains("ended before it could start"), e.getMessage());
        assertFalse(e.detail().isBlank());
    }

    @Test
    void aRootDiskThatIsNoneEndsInThePanicThatTheKernelWrote() throws Exception {
        copyImage();
        Files.delete(base.resolve("root.ext4")); // a link to the real one
        Files.write(base.resolve("root.ext4"), new byte[1 << 20]);
        var e = assertThrows(TargetException.class, VmTarget::boot);
        assertTrue(e.getMessage().contains("ended before it could start"), e.getMessage());
        assertTrue(e.detail().contains("Kernel panic"), e.detail());
    }

    /** Links to the real image, to be spoilt one file at a time. */
    private void copyImage() throws Exception {
        System.setProperty(PROPERTY, realGuest);
        GuestImage image = GuestImage.find(Architecture.HOST);
        System.setProperty(PROPERTY, guest.toString());
        Files.copy(image.kernel(), base.resolve("vmlinuz"));
        Files.copy(image.initrd(), base.resolve("initrd"));
        Files.createSymbolicLink(base.resolve("root.ext4"), image.root().toRealPath());
        Files.createSymbolicLink(
                guest.resolve("payload/current.ext4"), image.payload().toRealPath());
    }
}
