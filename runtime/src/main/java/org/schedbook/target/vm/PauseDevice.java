package org.schedbook.target.vm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The guest's side of {@link Lockstep}: a device by which the guest stops itself between two
 * instructions. It is the one by which kernels tell QEMU that they panic (docs/specs/pvpanic), and
 * QEMU was told to stop the guest then.
 */
final class PauseDevice {

    private static final Path DEVICES = Path.of("/sys/bus/pci/devices");

    private static final String VENDOR = "0x1b36";
    private static final String PVPANIC = "0x0011";

    private static final byte PANICKED = 1;

    private final MemorySegment register;

    private PauseDevice(MemorySegment register) {
        this.register = register;
    }

    /** Returns this machine's, if it has one. */
    static Optional<PauseDevice> find() throws IOException {
        try (var devices = Files.newDirectoryStream(DEVICES)) {
            for (Path device : devices) {
                if (read(device, "vendor").equals(VENDOR)
                        && read(device, "device").equals(PVPANIC)) {
                    return Optional.of(open(device.resolve("resource0")));
                }
            }
        }
        return Optional.empty();
    }

    private static String read(Path device, String file) throws IOException {
        return Files.readString(device.resolve(file)).strip();
    }

    private static PauseDevice open(Path registers) throws IOException {
        try (var file =
                FileChannel.open(registers, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new PauseDevice(file.map(MapMode.READ_WRITE, 0, 1, Arena.global()));
        }
    }

    /** Stops all of this machine, until QEMU is told to let it go on. */
    void pause() {
        register.set(ValueLayout.JAVA_BYTE, 0, PANICKED);
    }
}
