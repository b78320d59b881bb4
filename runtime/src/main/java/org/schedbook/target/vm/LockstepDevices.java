package org.schedbook.target.vm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/**
 * The guest's side of {@link Lockstep}: a device by which the guest stops itself, and memory where
 * it finds the next request when it goes on. The former is a watchdog (Intel 6300ESB, {@code
 * hw/watchdog/wdt_i6300esb.c}), and QEMU was told to stop the guest when it barks; the latter is
 * {@code ivshmem-plain} (docs/specs/ivshmem-spec).
 *
 * <p>The guest is asleep when it is stopped. QEMU lets time jump to the next timer when no CPU has
 * anything to do, and a CPU that was stopped at work may be seen as such or not, as the threads of
 * QEMU have it.
 */
final class LockstepDevices {

    private static final Path DEVICES = Path.of("/sys/bus/pci/devices");

    private static final String VENDOR_INTEL = "0x8086";
    private static final String WATCHDOG = "0x25ab";

    private static final String VENDOR_QUMRANET = "0x1af4";
    private static final String IVSHMEM = "0x1110";

    // The watchdog's registers.
    private static final int TIMER_1 = 0x00;
    private static final int TIMER_2 = 0x04;
    private static final int UNLOCK = 0x0c;
    private static final int REGISTERS = 0x10;

    private static final short[] UNLOCK_SEQUENCE = {0x80, 0x86};

    // In its configuration space.
    private static final int CONFIG = 0x60;
    private static final byte[] NO_INTERRUPT_AND_SHORT_TICKS = {0x07, 0x00};
    private static final int LOCK = 0x68;
    private static final byte[] ENABLE = {0x02};

    /** Each of its two timers, in ticks of 0.96 µs: 5 ms. */
    private static final int TICKS = 5208;

    /** Longer than the two together. */
    private static final Duration SLEEP = Duration.ofMillis(20);

    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final FileChannel config;
    private final MemorySegment registers;
    private final MemorySegment request;

    private LockstepDevices(FileChannel config, MemorySegment registers, MemorySegment request) {
        this.config = config;
        this.registers = registers;
        this.request = request;
    }

    /** Returns this machine's, if it has them. */
    static Optional<LockstepDevices> find() throws IOException {
        Optional<Path> watchdog = device(VENDOR_INTEL, WATCHDOG);
        Optional<Path> ivshmem = device(VENDOR_QUMRANET, IVSHMEM);
        if (watchdog.isEmpty() || ivshmem.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new LockstepDevices(
                        FileChannel.open(
                                watchdog.get().resolve("config"), StandardOpenOption.WRITE),
                        map(watchdog.get().resolve("resource0"), REGISTERS),
                        map(ivshmem.get().resolve("resource2"), Lockstep.MEMORY)));
    }

    private static Optional<Path> device(String vendor, String device) throws IOException {
        try (var devices = Files.newDirectoryStream(DEVICES)) {
            for (Path each : devices) {
                if (read(each, "vendor").equals(vendor) && read(each, "device").equals(device)) {
                    return Optional.of(each);
                }
            }
        }
        return Optional.empty();
    }

    private static String read(Path device, String file) throws IOException {
        return Files.readString(device.resolve(file)).strip();
    }

    private static MemorySegment map(Path resource, long length) throws IOException {
        try (var file =
                FileChannel.open(resource, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return file.map(MapMode.READ_WRITE, 0, length, Arena.global());
        }
    }

    /**
     * Stops all of this machine until QEMU is told to let it go on. Other threads have to be idle.
     *
     * @return what the notebook wants, unless it let the machine go on without a request
     */
    Optional<Message> pause() throws IOException, InterruptedException {
        config.write(ByteBuffer.wrap(NO_INTERRUPT_AND_SHORT_TICKS), CONFIG);
        set(TIMER_1);
        set(TIMER_2);
        config.write(ByteBuffer.wrap(ENABLE), LOCK);
        Thread.sleep(SLEEP);
        return MessageChannel.read(request);
    }

    private void set(int timer) {
        for (short key : UNLOCK_SEQUENCE) {
            SHORT.setVolatile(registers, (long) UNLOCK, key);
        }
        INT.setVolatile(registers, (long) timer, TICKS);
    }
}
