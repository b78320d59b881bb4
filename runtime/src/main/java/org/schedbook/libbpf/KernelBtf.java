package org.schedbook.libbpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.schedbook.bpf.btf_enum64;
import org.schedbook.bpf.btf_type;

/** The types of the running kernel, as it describes them itself. */
public final class KernelBtf {

    /** {@code BTF_KIND_ENUM64}, see include/uapi/linux/btf.h. */
    private static final int KIND_ENUM64 = 19;

    private KernelBtf() {}

    /**
     * Returns the enumerators of a 64-bit enum of the kernel with their values; empty if the kernel
     * has no such enum.
     */
    @SuppressWarnings("restricted")
    public static Map<String, Long> enum64(String name) throws BpfException {
        Libbpf libbpf = Libbpf.get();
        MemorySegment btf = libbpf.btf__load_vmlinux_btf();
        if (btf.address() == 0) {
            throw new BpfException(
                    "The kernel does not describe its types (/sys/kernel/btf/vmlinux); it was"
                            + " built without CONFIG_DEBUG_INFO_BTF.",
                    libbpf.errno(),
                    VerifierLog.take());
        }
        try (Arena arena = Arena.ofConfined()) {
            int id = libbpf.btf__find_by_name_kind(btf, arena.allocateFrom(name), KIND_ENUM64);
            Map<String, Long> enumerators = new HashMap<>();
            if (id < 0) {
                return enumerators;
            }
            MemorySegment type = libbpf.btf__type_by_id(btf, id).reinterpret(btf_type.sizeof());
            int count = btf_type.info(type) & 0xffff;
            MemorySegment members =
                    type.reinterpret(btf_type.sizeof() + count * btf_enum64.sizeof())
                            .asSlice(btf_type.sizeof());
            for (int i = 0; i < count; i++) {
                MemorySegment member = btf_enum64.asSlice(members, i);
                MemorySegment memberName =
                        libbpf.btf__name_by_offset(btf, btf_enum64.name_off(member));
                enumerators.put(
                        memberName.reinterpret(Long.MAX_VALUE).getString(0),
                        (long) btf_enum64.val_hi32(member) << 32
                                | Integer.toUnsignedLong(btf_enum64.val_lo32(member)));
            }
            return enumerators;
        } finally {
            libbpf.btf__free(btf);
        }
    }
}
