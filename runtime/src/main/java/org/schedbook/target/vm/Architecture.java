package org.schedbook.target.vm;

import java.util.Arrays;
import java.util.Optional;

/** What a guest's CPUs are, by Debian's name. Where this machine has others, they are emulated. */
public enum Architecture {
    AMD64("amd64", "x86_64", "x86", "q35", "max", "ttyS0"),

    /** Emulated as a Neoverse N1, which is faster than all that QEMU can emulate. */
    ARM64("arm64", "aarch64", "arm", "virt,gic-version=max", "neoverse-n1", "ttyAMA0");

    /** This machine's. */
    public static final Architecture HOST =
            System.getProperty("os.arch").equals("aarch64") ? ARM64 : AMD64;

    private final String label;
    private final String qemu;
    private final String qemuPackage;
    private final String machine;
    private final String emulated;
    private final String console;

    Architecture(
            String label,
            String qemu,
            String qemuPackage,
            String machine,
            String emulated,
            String console) {
        this.label = label;
        this.qemu = "qemu-system-" + qemu;
        this.qemuPackage = "qemu-system-" + qemuPackage;
        this.machine = machine;
        this.emulated = emulated;
        this.console = console;
    }

    /** Returns the one of that name. */
    public static Optional<Architecture> of(String label) {
        return Arrays.stream(values()).filter(each -> each.label.equals(label)).findFirst();
    }

    /** Returns Debian's name. */
    public String label() {
        return label;
    }

    /** Returns QEMU's program. */
    String qemu() {
        return qemu;
    }

    /** Returns Debian's package with that. */
    String qemuPackage() {
        return qemuPackage;
    }

    /** Returns QEMU's name of the machine around the CPUs. */
    String machine() {
        return machine;
    }

    /** Returns QEMU's name of the CPU that is emulated. */
    String emulated() {
        return emulated;
    }

    /** Returns the kernel's name of the first serial port. */
    String console() {
        return console;
    }
}
