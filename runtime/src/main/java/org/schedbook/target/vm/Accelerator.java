package org.schedbook.target.vm;

import java.util.List;

/** How QEMU makes the guest's CPUs. */
enum Accelerator {
    KVM("KVM", "kvm", "host"),
    TCG("TCG (emulated)", "tcg,thread=multi", "max");

    private final String label;
    private final String accel;
    private final String cpu;

    Accelerator(String label, String accel, String cpu) {
        this.label = label;
        this.accel = accel;
        this.cpu = cpu;
    }

    /** Returns the name to put beside figures. */
    String label() {
        return label;
    }

    List<String> options() {
        return List.of("-accel", accel, "-cpu", cpu);
    }
}
