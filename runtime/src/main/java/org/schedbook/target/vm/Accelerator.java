package org.schedbook.target.vm;

import java.util.List;

/** How QEMU makes the guest's CPUs. */
enum Accelerator {
    KVM("KVM", "kvm"),

    /** Emulated, each of the guest's CPUs by a thread of its own. */
    TCG("TCG (emulated)", "tcg,thread=multi"),

    /**
     * Emulated by one thread, the guest's CPUs in turn. QEMU before 8.1 needs that: with a thread
     * for each, one CPU may go on running code that the kernel has patched on another, and the
     * kernel patches its scheduler whenever sched_ext is enabled; see runtime/guest/README.md.
     */
    TCG_IN_TURN("TCG (emulated, CPUs in turn)", "tcg,thread=single");

    private final String label;
    private final String accel;

    Accelerator(String label, String accel) {
        this.label = label;
        this.accel = accel;
    }

    /** Returns the name to put beside figures. */
    String label() {
        return label;
    }

    List<String> options(Architecture architecture) {
        String cpu = this == KVM ? "host" : architecture.emulated();
        return List.of("-accel", accel, "-cpu", cpu);
    }
}
