package org.schedbook.target.vm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.schedbook.file.Trust;
import org.schedbook.file.WholeFile;
import org.schedbook.target.TargetException;

/**
 * Finds out whether KVM runs a guest here by letting it run one. That {@code /dev/kvm} opens says
 * little: in a nested virtual machine it may open, create a CPU and then fail to run it. The answer
 * is kept, so that only the first start pays for it, and by the host: several may share the files.
 */
final class AcceleratorProbe {

    /** A guest that works powers off within 3 s under KVM. */
    private static final int LIMIT_SECONDS = 10;

    private static final String WORKS = "kvm works";
    private static final String FAILS = "kvm fails";

    /** Overrides the probe: {@code kvm} or {@code tcg}. */
    private static final String VARIABLE = "SCHEDBOOK_ACCELERATOR";

    /** Returns the accelerator to use, found out now if it is not known. */
    static Accelerator choose(GuestImage image) throws TargetException, InterruptedException {
        Optional<Accelerator> known = known(image);
        if (known.isPresent()) {
            return known.get();
        }
        boolean works = kvmRunsGuest(image);
        Path memo = memo(image.snapshots());
        try {
            Files.createDirectories(memo.getParent());
            WholeFile.write(memo, key(image) + (works ? WORKS : FAILS));
        } catch (IOException e) {
            // A read-only cache costs the next start a few seconds, nothing more.
        }
        return works ? Accelerator.KVM : emulation(image);
    }

    /** Returns what needs no finding out: what was asked for, remembered, or is the only choice. */
    static Optional<Accelerator> known(GuestImage image) throws TargetException {
        if (image.architecture() != Architecture.HOST) {
            return Optional.of(emulation(image));
        }
        switch (Objects.requireNonNullElse(System.getenv(VARIABLE), "")) {
            case "kvm" -> {
                return Optional.of(Accelerator.KVM);
            }
            case "tcg" -> {
                return Optional.of(emulation(image));
            }
            case "" -> {}
            case String other ->
                    throw new TargetException(
                            "%s is '%s', which is no accelerator.".formatted(VARIABLE, other),
                            "Set it to kvm or tcg, or unset it.",
                            "");
        }
        Path kvm = Path.of("/dev/kvm");
        if (!Files.isReadable(kvm) || !Files.isWritable(kvm)) {
            return Optional.of(emulation(image));
        }
        String key = key(image);
        for (Path snapshots : List.of(image.snapshots(), image.shared())) {
            String answer = read(memo(snapshots));
            if (answer.equals(key + WORKS)) {
                return Optional.of(Accelerator.KVM);
            }
            if (answer.equals(key + FAILS)) {
                return Optional.of(emulation(image));
            }
        }
        return Optional.empty(); // not asked yet
    }

    private static String read(Path memo) {
        try {
            return Trust.objection(memo).isEmpty() ? Files.readString(memo) : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static Accelerator emulation(GuestImage image) throws TargetException {
        return Qemu.patchesCodeSafely(image.architecture())
                ? Accelerator.TCG
                : Accelerator.TCG_IN_TURN;
    }

    /** Beside the saved guests: the user's own, and those for everybody. */
    static Path memo(Path snapshots) {
        return snapshots.resolveSibling("accelerator-" + host().replaceAll("[^\\w.-]", "_"));
    }

    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }

    /** Another CPU, another kernel on this machine, or another QEMU, may well bring KVM to life. */
    private static String key(GuestImage image) throws TargetException {
        return "%s, %s, QEMU %s, %s: "
                .formatted(
                        Snapshot.hostCpu(),
                        System.getProperty("os.version"),
                        Qemu.release(Architecture.HOST),
                        image.root());
    }

    private static boolean kvmRunsGuest(GuestImage image)
            throws TargetException, InterruptedException {
        var hardware = new Hardware(Accelerator.KVM, new GuestShape(1, 1024, Clock.WALL));
        try (Qemu qemu = Qemu.start(Qemu.command(image, hardware, "schedbook.run=/bin/true"))) {
            return qemu.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && qemu.exitCode() == 0;
        }
    }

    private AcceleratorProbe() {}
}
