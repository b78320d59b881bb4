package org.schedbook.target.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.target.Availability;

/**
 * Finds out whether a policy can be attached to a machine, and if not the one thing to change
 * first.
 *
 * @param root where the machine's {@code /proc} and {@code /sys} are
 * @param release the kernel's release, as {@code uname -r} has it
 * @param isRoot whether this process may load BPF programs
 * @param libbpf the version of libbpf, such as {@code v1.5}; throws if there is none
 */
record Preflight(Path root, String release, boolean isRoot, Supplier<String> libbpf) {

    private static final String NAME = "host";

    private static final Pattern VERSION = Pattern.compile("v?(\\d+)\\.(\\d+).*");

    /** What the backend is loaded with has been tried from 1.5 on. */
    private static final int MIN_LIBBPF = 1005;

    /** sched_ext was merged for 6.12. */
    private static final int MIN_KERNEL = 6012;

    /** Returns what the machine is, or the first thing that is in the way. */
    Availability check() {
        String kernel = "Linux " + release;
        if (read("sys/kernel/sched_ext/state").isEmpty()) {
            return version(release) < MIN_KERNEL
                    ? missing(kernel + " is too old", "sched_ext came with Linux 6.12.")
                    : missing(
                            kernel + " was built without sched_ext",
                            "It takes a kernel built with CONFIG_SCHED_CLASS_EXT, such as those of"
                                    + " Debian from 6.19 on.");
        }
        if (!isRoot) {
            return missing(kernel + ", but this is not root", "Start JupyterLab as root.");
        }
        String state = read("sys/kernel/sched_ext/state").get();
        if (!state.equals("disabled")) {
            return missing(
                    "the scheduler %s is %s on this machine"
                            .formatted(
                                    read("sys/kernel/sched_ext/root/ops")
                                            .orElse("of somebody else"),
                                    state),
                    "Stop the program that attached it.");
        }
        if (read("proc/sys/net/core/bpf_jit_enable").equals(Optional.of("0"))) {
            return missing(
                    "the kernel's BPF compiler is off",
                    "sysctl net.core.bpf_jit_enable=1 turns it on.");
        }
        if (!Files.exists(root.resolve("sys/kernel/btf/vmlinux"))) {
            return missing(
                    kernel + " has no type information",
                    "It takes a kernel built with CONFIG_DEBUG_INFO_BTF.");
        }
        return checkLibbpf(kernel);
    }

    private Availability checkLibbpf(String kernel) {
        String found;
        try {
            found = libbpf.get();
        } catch (RuntimeException | LinkageError e) {
            return missing(
                    "libbpf is not installed",
                    "Install it (Debian: apt-get install libbpf1), then restart the notebook's"
                            + " kernel: Java looks for a library but once.");
        }
        return version(found) < MIN_LIBBPF
                ? missing(
                        "libbpf " + found + " is too old",
                        "It takes 1.5 or newer (Debian: from 13, trixie, on).")
                : Availability.usable(NAME, kernel);
    }

    /** Returns major and minor as one number that grows with them. */
    private static int version(String text) {
        Matcher matcher = VERSION.matcher(text);
        return matcher.matches()
                ? Integer.parseInt(matcher.group(1)) * 1000 + Integer.parseInt(matcher.group(2))
                : 0;
    }

    private static Availability missing(String what, String nextStep) {
        return Availability.missing(NAME, what, nextStep);
    }

    private Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(root.resolve(file)).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
