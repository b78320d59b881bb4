package org.schedbook.libbpf;

import java.lang.foreign.MemorySegment;

/**
 * The functions of libbpf that the runtime calls. Results are those of libbpf 1.x: an {@code int}
 * below 0 is an error number negated; a null pointer is an error, and then {@link #errno} has the
 * number.
 *
 * @see <a href="https://docs.kernel.org/bpf/libbpf/index.html">libbpf</a>
 */
public interface Libbpf {

    /**
     * Returns libbpf, which is opened at the first call.
     *
     * @throws BpfException if there is no libbpf
     */
    static Libbpf get() throws BpfException {
        try {
            return SystemLibbpf.Holder.INSTANCE;
        } catch (LinkageError e) {
            throw new BpfException(
                    "libbpf.so.1 cannot be opened. It is in Debian's and Ubuntu's package"
                            + " libbpf1 (apt-get install libbpf1); 1.5 or newer is needed to"
                            + " attach a policy.",
                    0,
                    "",
                    e);
        }
    }

    /** Returns libbpf's version, such as {@code v1.5}. */
    String libbpf_version_string();

    /** Writes the words for an error number, the system's or one of libbpf's own, from 4000 up. */
    int libbpf_strerror(int error, MemorySegment buffer);

    /** Opens an ELF object in memory. */
    MemorySegment bpf_object__open_mem(MemorySegment elf, MemorySegment opts);

    /** Creates the maps and has the kernel verify and load the programs. */
    int bpf_object__load(MemorySegment object);

    /** Closes an object; its maps and programs go when nobody holds them. */
    void bpf_object__close(MemorySegment object);

    MemorySegment bpf_object__find_map_by_name(MemorySegment object, MemorySegment name);

    MemorySegment bpf_object__find_program_by_name(MemorySegment object, MemorySegment name);

    int bpf_map__fd(MemorySegment map);

    /** Sets how many entries a map will have; possible until it is created. */
    int bpf_map__set_max_entries(MemorySegment map, int maxEntries);

    /**
     * Returns the memory of a map of global variables or of a struct_ops map, null if it has none.
     * Once loaded, that of global variables is shared with the programs.
     */
    MemorySegment bpf_map__initial_value(MemorySegment map, MemorySegment size);

    /** Sets an element of a map, or the value of a struct_ops map, in the kernel's own layout. */
    int bpf_map_update_elem(int mapFd, MemorySegment key, MemorySegment value, long flags);

    /**
     * Attaches a struct_ops map; the link returned keeps it attached. A value that was set before
     * stays.
     */
    MemorySegment bpf_map__attach_struct_ops(MemorySegment map);

    int bpf_link__destroy(MemorySegment link);

    int bpf_program__fd(MemorySegment program);

    int bpf_prog_test_run_opts(int programFd, MemorySegment opts);

    MemorySegment btf__load_vmlinux_btf();

    int btf__find_by_name_kind(MemorySegment btf, MemorySegment name, int kind);

    MemorySegment btf__type_by_id(MemorySegment btf, int id);

    MemorySegment btf__name_by_offset(MemorySegment btf, int offset);

    void btf__free(MemorySegment btf);

    /** Returns the error of this thread's last call that returned a null pointer. */
    int errno();
}
