package org.schedbook.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.schedbook.bpf.bpf_object_open_opts;
import org.schedbook.bpf.bpf_test_run_opts;
import org.schedbook.posix.Posix;

/**
 * An ELF object of BPF programs and maps. In order: {@link #open}, set variables through {@link
 * #variables}, {@link #load}, {@link #attachStructOps} or {@link #run}, {@link #close}.
 */
public final class BpfObject implements AutoCloseable {

    private final Libbpf libbpf;
    private final MemorySegment object;
    private final List<MemorySegment> mappings = new ArrayList<>();

    private BpfObject(Libbpf libbpf, MemorySegment object) {
        this.libbpf = libbpf;
        this.object = object;
    }

    /**
     * Has libbpf say what it does, as it does at first, or be silent, so that exceptions come
     * without a log. It calls back for each of some thousand lines, of which few are kept.
     */
    public static void listen(boolean listening) throws BpfException {
        Libbpf.get();
        VerifierLog.listen(listening);
    }

    /**
     * Opens an object.
     *
     * @param elf the bytes of the object file
     * @param name for libbpf's messages
     */
    public static BpfObject open(byte[] elf, String name) throws BpfException {
        Libbpf libbpf = Libbpf.get();
        VerifierLog.take();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment opts = bpf_object_open_opts.allocate(arena);
            bpf_object_open_opts.sz(opts, bpf_object_open_opts.sizeof());
            bpf_object_open_opts.object_name(opts, arena.allocateFrom(name));
            // The ELF parser reads 64-bit words in place.
            MemorySegment bytes = arena.allocate(elf.length, Long.BYTES);
            MemorySegment.copy(elf, 0, bytes, JAVA_BYTE, 0, elf.length);
            MemorySegment object = libbpf.bpf_object__open_mem(bytes, opts);
            if (isNull(object)) {
                throw failure(libbpf, "open " + name, libbpf.errno());
            }
            return new BpfObject(libbpf, object);
        }
    }

    /** Creates the maps and loads the programs. */
    public void load() throws BpfException {
        int error = libbpf.bpf_object__load(object);
        if (error < 0) {
            throw failure("load the BPF programs", -error);
        }
    }

    /**
     * Returns what a map of global variables (named after their section) or a struct_ops map will
     * start with, to be written before {@link #load}.
     */
    @SuppressWarnings("restricted")
    public MemorySegment initialValue(String map) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_LONG);
            MemorySegment memory = libbpf.bpf_map__initial_value(find(map), size);
            if (isNull(memory)) {
                throw new BpfException(
                        "libbpf %s does not give access to the map %s; 1.5 or newer does."
                                .formatted(libbpf.libbpf_version_string(), map),
                        0,
                        VerifierLog.take());
            }
            return memory.reinterpret(size.get(JAVA_LONG, 0));
        }
    }

    /**
     * Returns the global variables of a section of a loaded object, shared with its programs. Valid
     * until {@link #close}.
     */
    public MemorySegment variables(String section) throws BpfException {
        // libbpf maps them itself only from 1.5 on.
        return map(section, initialValue(section).byteSize());
    }

    /**
     * Returns the elements of a loaded map of type ARRAY that can be mapped, each rounded up to
     * eight bytes, shared with the programs. Valid until {@link #close}.
     */
    public MemorySegment elements(String array, int count) throws BpfException {
        return map(array, (long) count * Long.BYTES);
    }

    private MemorySegment map(String section, long size) throws BpfException {
        long page = Posix.get().getpagesize();
        MemorySegment mapping =
                Posix.get()
                        .mmap(
                                (size + page - 1) / page * page,
                                Posix.PROT_READ | Posix.PROT_WRITE,
                                Posix.MAP_SHARED,
                                mapFd(section),
                                0);
        if (mapping == null) {
            throw failure("map " + section, Posix.get().errno());
        }
        mappings.add(mapping);
        return mapping.asSlice(0, size);
    }

    /** Sets how many entries a map will have, to be called before {@link #load}. */
    public void setMaxEntries(String map, int count) throws BpfException {
        int error = libbpf.bpf_map__set_max_entries(find(map), count);
        if (error < 0) {
            throw failure("size " + map, -error);
        }
    }

    /** Returns the file descriptor of a map of a loaded object. */
    public int mapFd(String map) throws BpfException {
        return libbpf.bpf_map__fd(find(map));
    }

    /**
     * Sets what a struct_ops map of a loaded object is attached with, in place of what it was
     * loaded with. The kernel takes that once.
     *
     * @param value in the kernel's own layout
     */
    public void setStructOps(String map, MemorySegment value) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            // Attaching, libbpf sets it again: it takes the refusal for a sign that all is done.
            int error =
                    libbpf.bpf_map_update_elem(
                            mapFd(map), arena.allocateFrom(JAVA_INT, 0), value, 0);
            if (error < 0) {
                throw failure("set " + map, -error);
            }
        }
    }

    /**
     * Attaches a struct_ops map. It stays attached until the link is closed or this process ends.
     */
    public BpfLink attachStructOps(String map) throws BpfException {
        MemorySegment link = libbpf.bpf_map__attach_struct_ops(find(map));
        if (isNull(link)) {
            throw failure("attach " + map, libbpf.errno());
        }
        return new BpfLink(libbpf, link);
    }

    /** Runs a program of type {@code syscall} once and returns what it returns. */
    public int run(String program) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment opts = bpf_test_run_opts.allocate(arena);
            bpf_test_run_opts.sz(opts, bpf_test_run_opts.sizeof());
            int error = libbpf.bpf_prog_test_run_opts(programFd(program), opts);
            if (error < 0) {
                throw failure("run " + program, -error);
            }
            return bpf_test_run_opts.retval(opts);
        }
    }

    /** Returns the file descriptor of a program of a loaded object. */
    public int programFd(String program) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found =
                    libbpf.bpf_object__find_program_by_name(object, arena.allocateFrom(program));
            if (isNull(found)) {
                throw new BpfException("No program " + program, Posix.ENOENT, "");
            }
            return libbpf.bpf_program__fd(found);
        }
    }

    @Override
    public void close() {
        mappings.forEach(Posix.get()::munmap);
        libbpf.bpf_object__close(object);
    }

    private MemorySegment find(String map) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found =
                    libbpf.bpf_object__find_map_by_name(object, arena.allocateFrom(map));
            if (isNull(found)) {
                throw new BpfException("No map " + map, Posix.ENOENT, VerifierLog.take());
            }
            return found;
        }
    }

    private static boolean isNull(MemorySegment pointer) {
        return pointer.address() == 0;
    }

    private BpfException failure(String what, int errno) {
        return failure(libbpf, what, errno);
    }

    private static BpfException failure(Libbpf libbpf, String what, int errno) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(128);
            libbpf.libbpf_strerror(errno, words);
            String log = VerifierLog.take();
            String message =
                    "Could not %s: %s (errno %d)".formatted(what, words.getString(0), errno);
            String line = VerifierLog.failingLine(log);
            return new BpfException(line.isEmpty() ? message : message + ", " + line, errno, log);
        }
    }
}
