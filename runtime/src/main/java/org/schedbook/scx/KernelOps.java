package org.schedbook.scx;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.PaddingLayout;
import java.util.List;
import java.util.Map;
import org.schedbook.bpf.sched_ext_ops;
import org.schedbook.libbpf.BpfException;
import org.schedbook.libbpf.BpfObject;
import org.schedbook.libbpf.KernelBtf;

/**
 * What the running kernel knows of {@code struct sched_ext_ops}, which has grown from release to
 * release.
 */
final class KernelOps {

    /** Those that the running kernel does not know are left out. */
    private static final List<String> FLAGS =
            List.of("SCX_OPS_KEEP_BUILTIN_IDLE", "SCX_OPS_ENQ_LAST", "SCX_OPS_ALLOW_QUEUED_WAKEUP");

    private static KernelOps instance;

    private final Map<String, Long> flags;
    private final KernelBtf.Struct value;
    private final KernelBtf.Struct ops;

    private KernelOps(KernelBtf types) {
        flags = types.enum64("scx_ops_flags");
        value = types.struct("bpf_struct_ops_sched_ext_ops");
        ops = types.struct("sched_ext_ops");
    }

    /** Returns it; the kernel is asked once, as all of its types are parsed for it. */
    static synchronized KernelOps get() throws BpfException {
        if (instance == null) {
            try (KernelBtf types = KernelBtf.load()) {
                instance = new KernelOps(types);
            }
        }
        return instance;
    }

    /**
     * Returns the flags of a policy.
     *
     * @param partial {@link Options#partial}
     */
    long flags(boolean partial) {
        long set = FLAGS.stream().mapToLong(flag -> flags.getOrDefault(flag, 0L)).sum();
        return partial
                ? set | flags.get("SCX_OPS_SWITCH_PARTIAL") // as old as sched_ext itself
                : set;
    }

    /**
     * Returns what the kernel takes for the value of a struct_ops map. A callback is given as the
     * descriptor of its program.
     *
     * @param scalars the members that are no callbacks; all others are ignored
     * @param object which has a program for each callback
     * @param prefix of the programs' names, before that of the callback
     */
    MemorySegment value(Arena arena, MemorySegment scalars, BpfObject object, String prefix)
            throws BpfException {
        MemorySegment bytes = arena.allocate(value.size(), Long.BYTES);
        MemorySegment data = bytes.asSlice(value.offsets().get("data"), ops.size());
        GroupLayout members = sched_ext_ops.layout();
        for (MemoryLayout member : members.memberLayouts()) {
            if (member instanceof PaddingLayout) {
                continue;
            }
            String name = member.name().orElseThrow();
            // Loading has failed where the kernel does not know a member that is set.
            Integer offset = ops.offsets().get(name);
            if (offset != null && member instanceof AddressLayout) {
                data.set(JAVA_LONG, offset, object.programFd(prefix + name));
            } else if (offset != null) {
                long from = members.byteOffset(PathElement.groupElement(name));
                MemorySegment.copy(scalars, from, data, offset, member.byteSize());
            }
        }
        return bytes;
    }
}
