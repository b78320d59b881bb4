package org.schedbook.libbpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.schedbook.bpf.libbpf_h;

/**
 * {@link Libbpf} by way of jextract's bindings.
 *
 * <p>jextract does not keep errno, and the virtual machine may change it before anyone looks. The
 * calls whose null result is explained by errno are therefore linked here, from jextract's
 * addresses and descriptors.
 */
@SuppressWarnings("restricted")
final class SystemLibbpf implements Libbpf {

    /** Opens libbpf when first touched. */
    static final class Holder {
        static final SystemLibbpf INSTANCE = new SystemLibbpf();

        private Holder() {}
    }

    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle errno$vh =
            CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final ThreadLocal<MemorySegment> captured =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURED));

    private final MethodHandle open_mem$mh =
            withErrno(
                    libbpf_h.bpf_object__open_mem$address(),
                    FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private final MethodHandle attach_struct_ops$mh =
            withErrno(
                    libbpf_h.bpf_map__attach_struct_ops$address(),
                    FunctionDescriptor.of(ADDRESS, ADDRESS));
    private final MethodHandle load_vmlinux_btf$mh =
            withErrno(libbpf_h.btf__load_vmlinux_btf$address(), FunctionDescriptor.of(ADDRESS));

    private SystemLibbpf() {
        VerifierLog.listen(true);
    }

    private static MethodHandle withErrno(MemorySegment function, FunctionDescriptor type) {
        return Linker.nativeLinker()
                .downcallHandle(function, type, Linker.Option.captureCallState("errno"));
    }

    @Override
    public String libbpf_version_string() {
        return libbpf_h.libbpf_version_string().getString(0);
    }

    @Override
    public int libbpf_strerror(int error, MemorySegment buffer) {
        return libbpf_h.libbpf_strerror(error, buffer, buffer.byteSize());
    }

    @Override
    public MemorySegment bpf_object__open_mem(MemorySegment elf, MemorySegment opts) {
        try {
            return (MemorySegment)
                    open_mem$mh.invokeExact(captured.get(), elf, elf.byteSize(), opts);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int bpf_object__load(MemorySegment object) {
        return libbpf_h.bpf_object__load(object);
    }

    @Override
    public void bpf_object__close(MemorySegment object) {
        libbpf_h.bpf_object__close(object);
    }

    @Override
    public MemorySegment bpf_object__find_map_by_name(MemorySegment object, MemorySegment name) {
        return libbpf_h.bpf_object__find_map_by_name(object, name);
    }

    @Override
    public MemorySegment bpf_object__find_program_by_name(
            MemorySegment object, MemorySegment name) {
        return libbpf_h.bpf_object__find_program_by_name(object, name);
    }

    @Override
    public int bpf_map__fd(MemorySegment map) {
        return libbpf_h.bpf_map__fd(map);
    }

    @Override
    public int bpf_map__set_max_entries(MemorySegment map, int maxEntries) {
        return libbpf_h.bpf_map__set_max_entries(map, maxEntries);
    }

    @Override
    public MemorySegment bpf_map__initial_value(MemorySegment map, MemorySegment size) {
        return libbpf_h.bpf_map__initial_value(map, size);
    }

    @Override
    public int bpf_map_update_elem(int mapFd, MemorySegment key, MemorySegment value, long flags) {
        return libbpf_h.bpf_map_update_elem(mapFd, key, value, flags);
    }

    @Override
    public MemorySegment bpf_map__attach_struct_ops(MemorySegment map) {
        try {
            return (MemorySegment) attach_struct_ops$mh.invokeExact(captured.get(), map);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int bpf_link__destroy(MemorySegment link) {
        return libbpf_h.bpf_link__destroy(link);
    }

    @Override
    public int bpf_program__fd(MemorySegment program) {
        return libbpf_h.bpf_program__fd(program);
    }

    @Override
    public int bpf_prog_test_run_opts(int programFd, MemorySegment opts) {
        return libbpf_h.bpf_prog_test_run_opts(programFd, opts);
    }

    @Override
    public MemorySegment btf__load_vmlinux_btf() {
        try {
            return (MemorySegment) load_vmlinux_btf$mh.invokeExact(captured.get());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int btf__find_by_name_kind(MemorySegment btf, MemorySegment name, int kind) {
        return libbpf_h.btf__find_by_name_kind(btf, name, kind);
    }

    @Override
    public MemorySegment btf__type_by_id(MemorySegment btf, int id) {
        return libbpf_h.btf__type_by_id(btf, id);
    }

    @Override
    public MemorySegment btf__name_by_offset(MemorySegment btf, int offset) {
        return libbpf_h.btf__name_by_offset(btf, offset);
    }

    @Override
    public void btf__free(MemorySegment btf) {
        libbpf_h.btf__free(btf);
    }

    @Override
    public int errno() {
        return (int) errno$vh.get(captured.get(), 0L);
    }
}
