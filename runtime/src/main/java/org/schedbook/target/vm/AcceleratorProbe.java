package org.schedbook.target.vm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.schedbook.target.TargetException;

/**
 * Finds out whether KVM runs a guest here by letting it run one. That {@code /dev/kvm} opens says
 * little: in a nested virtual machine it may open, create a CPU and then fail to run it. The answer
 * is kept beside the guest image, so that only the first start pays for it.
 */
final class AcceleratorProbe {

    /** A guest that works powers off within 3 s under KVM. */
    private static final int LIMIT_SECONDS = 10;

    /** Overrides the probe: {@code kvm} or {@code tcg}. */
    private static final String VARIABLE = "SCHEDBOOK_ACCELERATOR";

    /** Returns the accelerator to use, found out now if it is not known. */
    static Accelerator choose(GuestImage image) throws TargetException, InterruptedException {
        Optional<Accelerator> known = known(image);
        if (known.isPresent()) {
            return known.get();
        }
        Accelerator accelerator = kvmRunsGuest(image) ? Accelerator.KVM : Accelerator.TCG;
        try {
            Files.writeString(memo(image), key() + accelerator);
        } catch (IOException e) {
            // A read-only cache costs the next start a few seconds, nothing more.
        }
        return accelerator;
    }

    /** Returns what needs no finding out: what was asked for, remembered, or is the only choice. */
    static Optional<Accelerator> known(GuestImage image) throws TargetException {
        String wanted = System.getenv(VARIABLE);
        if (wanted != null && !wanted.isBlank()) {
            try {
                return Optional.of(Accelerator.valueOf(wanted.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new TargetException(
                        "%s is '%s', which is no accelerator.".formatted(VARIABLE, wanted),
                        "Set it to kvm or tcg, or unset it.",
                        "");
            }
        }
        Path kvm = Path.of("/dev/kvm");
        if (!Files.isReadable(kvm) || !Files.isWritable(kvm)) {
            return Optional.of(Accelerator.TCG);
        }
        try {
            String answer = Files.readString(memo(image)).strip();
            return answer.startsWith(key())
                    ? Optional.of(Accelerator.valueOf(answer.substring(key().length())))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty(); // not asked yet, or damaged
        }
    }

    private static Path memo(GuestImage image) {
        return image.root().resolveSibling("accelerator");
    }

    /** Another kernel on this machine may well bring KVM to life. */
    private static String key() {
        return System.getProperty("os.version") + " ";
    }

    private static boolean kvmRunsGuest(GuestImage image)
            throws TargetException, InterruptedException {
        try (Qemu qemu = Qemu.start(image, Accelerator.KVM, 1, 512, "schedbook.run=/bin/true")) {
            return qemu.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && qemu.exitCode() == 0;
        }
    }

    private AcceleratorProbe() {}
}
