package org.schedbook.target.vm;

import java.util.ArrayList;
import java.util.List;
import org.schedbook.target.TargetException;

/**
 * What a guest is given of this machine.
 *
 * @param accelerator how its CPUs are made
 * @param shape what was asked for
 */
record Hardware(Accelerator accelerator, GuestShape shape) {

    /** Returns what a guest of that shape gets here, finding out now what is not known yet. */
    static Hardware choose(GuestImage image, GuestShape shape)
            throws TargetException, InterruptedException {
        return new Hardware(shape.clock().accelerator(AcceleratorProbe.choose(image)), shape);
    }

    long memoryBytes() {
        return (long) shape.memoryMib() << 20;
    }

    /** Returns QEMU's options for it. */
    List<String> options() {
        var options = new ArrayList<>(accelerator.options(shape.architecture()));
        options.addAll(shape.clock().options());
        options.addAll(List.of("-smp", Integer.toString(shape.cpus())));
        options.addAll(List.of("-m", shape.memoryMib() + "M"));
        return options;
    }

    /** Returns what figures measured on it are to be read with. */
    String label() {
        return shape.isOvercommitted()
                ? "%s, %d CPUs on %d"
                        .formatted(
                                accelerator.label(),
                                shape.cpus(),
                                Runtime.getRuntime().availableProcessors())
                : accelerator.label();
    }
}
