package org.schedbook.libbpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.schedbook.bpf.btf_enum64;
import org.schedbook.bpf.btf_member;
import org.schedbook.bpf.btf_type;

/**
 * The types of the running kernel, as it describes them itself.
 *
 * @see <a href="https://docs.kernel.org/bpf/btf.html">BPF Type Format</a>
 */
public final class KernelBtf implements AutoCloseable {

    /** {@code BTF_KIND_STRUCT} and {@code BTF_KIND_ENUM64} of include/uapi/linux/btf.h. */
    private static final int KIND_STRUCT = 4;

    private static final int KIND_ENUM64 = 19;

    /** Where a struct has bit fields, {@code BTF_MEMBER_BIT_OFFSET}. */
    private static final int BIT_OFFSET = 0xffffff;

    private final Libbpf libbpf;
    private final MemorySegment btf;

    private KernelBtf(Libbpf libbpf, MemorySegment btf) {
        this.libbpf = libbpf;
        this.btf = btf;
    }

    /**
     * How the kernel lays a struct out.
     *
     * @param size in bytes
     * @param offsets of its members, in bytes
     */
    public record Struct(int size, Map<String, Integer> offsets) {}

    /** Parses all types, which takes some time. */
    public static KernelBtf load() throws BpfException {
        Libbpf libbpf = Libbpf.get();
        MemorySegment btf = libbpf.btf__load_vmlinux_btf();
        if (btf.address() == 0) {
            throw new BpfException(
                    "The kernel does not describe its types (/sys/kernel/btf/vmlinux); it was"
                            + " built without CONFIG_DEBUG_INFO_BTF.",
                    libbpf.errno(),
                    VerifierLog.take());
        }
        return new KernelBtf(libbpf, btf);
    }

    /**
     * Returns the enumerators of a 64-bit enum of the kernel with their values; empty if the kernel
     * has no such enum.
     */
    public Map<String, Long> enum64(String name) {
        Map<String, Long> enumerators = new HashMap<>();
        MemorySegment type = find(name, KIND_ENUM64);
        for (int i = 0; i < count(type); i++) {
            MemorySegment member = btf_enum64.asSlice(members(type, btf_enum64.sizeof()), i);
            enumerators.put(
                    name(btf_enum64.name_off(member)),
                    (long) btf_enum64.val_hi32(member) << 32
                            | Integer.toUnsignedLong(btf_enum64.val_lo32(member)));
        }
        return enumerators;
    }

    /** Returns the layout of a struct of the kernel's; without members if it has no such struct. */
    public Struct struct(String name) {
        Map<String, Integer> offsets = new HashMap<>();
        MemorySegment type = find(name, KIND_STRUCT);
        for (int i = 0; i < count(type); i++) {
            MemorySegment member = btf_member.asSlice(members(type, btf_member.sizeof()), i);
            offsets.put(
                    name(btf_member.name_off(member)),
                    (btf_member.offset(member) & BIT_OFFSET) / Byte.SIZE);
        }
        return new Struct(offsets.isEmpty() ? 0 : btf_type.size(type), offsets);
    }

    @Override
    public void close() {
        libbpf.btf__free(btf);
    }

    /** Returns a type, a null pointer if there is none. */
    @SuppressWarnings("restricted")
    private MemorySegment find(String name, int kind) {
        try (Arena arena = Arena.ofConfined()) {
            int id = libbpf.btf__find_by_name_kind(btf, arena.allocateFrom(name), kind);
            return id < 0
                    ? MemorySegment.NULL
                    : libbpf.btf__type_by_id(btf, id).reinterpret(btf_type.sizeof());
        }
    }

    private static int count(MemorySegment type) {
        return type.address() == 0 ? 0 : btf_type.info(type) & 0xffff;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment members(MemorySegment type, long size) {
        return type.reinterpret(btf_type.sizeof() + count(type) * size).asSlice(btf_type.sizeof());
    }

    @SuppressWarnings("restricted")
    private String name(int offset) {
        return libbpf.btf__name_by_offset(btf, offset).reinterpret(Long.MAX_VALUE).getString(0);
    }
}
