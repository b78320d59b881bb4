package org.schedbook.target.vm;

import java.util.Arrays;
import java.util.Optional;

/** What a guest's CPUs are, by Debian's name. Where this machine has others, they are emulated. */
public enum Architecture {
    AMD64("amd64", "x86_64", "q35", "max", "ttyS0"),

    /**
     * Pointers are signed as the architecture leaves it to its makers: emulated, that is faster.
     */
    ARM64("arm64", "aarch64", "virt,gic-version=max", "neoverse-n1", "ttyAMA0");

    /** This machine's. */
    public static final Architecture HOST =
            System.getProperty("os.arch").equals("aarch64") ? ARM64 : AMD64;

    private final String label;
    private final String qemu;
    private final String machine;
    private final String emulated;
    private final String console;

    Architecture(String label, String qemu, String machine, String emulated, String console) {
        this.label = label;
        this.qemu = "qemu-system-" + qemu;
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

    /** Returns QEMU's name of the machine around the CPUs. */
    String machine() {
        return machine;
    }

    /** Returns QEMU's name of the CPU with all that it can emulate. */
    String emulated() {
        return emulated;
    }

    /** Returns the kernel's name of the first serial port. */
    String console() {
        return console;
    }
}
