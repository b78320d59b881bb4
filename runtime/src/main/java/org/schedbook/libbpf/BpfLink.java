package org.schedbook.libbpf;

import java.lang.foreign.MemorySegment;

/** What keeps a struct_ops map attached. */
public final class BpfLink implements AutoCloseable {

    private final Libbpf libbpf;
    private MemorySegment link;

    BpfLink(Libbpf libbpf, MemorySegment link) {
        this.libbpf = libbpf;
        this.link = link;
    }

    /** Detaches. Returns when the kernel has let go; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (link != null) {
            libbpf.bpf_link__destroy(link);
            link = null;
        }
    }
}
