package org.schedbook.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.schedbook.posix.Posix;

/**
 * What both rings have in common: a page with the consumer's position, a page with the producer's,
 * then the data, mapped twice in a row so that no record is ever split. Positions count bytes and
 * never wrap. A record starts with a header of 8 bytes, the first 4 of which are its length and two
 * flags, and records are aligned to 8 bytes (kernel/bpf/ringbuf.c).
 */
final class RingLayout {

    static final VarHandle POSITION = JAVA_LONG.varHandle();
    static final VarHandle LENGTH = JAVA_INT.varHandle();

    static final int HEADER = 8;

    /** BPF_RINGBUF_BUSY_BIT: the producer is still writing. */
    static final int BUSY = 1 << 31;

    /** BPF_RINGBUF_DISCARD_BIT: the producer changed its mind. */
    static final int DISCARD = 1 << 30;

    private RingLayout() {}

    static long aligned(long length) {
        return length + HEADER + 7 & -8;
    }

    static MemorySegment map(long length, int prot, int fd, long offset) throws IOException {
        Posix posix = Posix.get();
        MemorySegment mapping = posix.mmap(length, prot, Posix.MAP_SHARED, fd, offset);
        if (mapping == null) {
            throw new IOException("Could not map a BPF ring: " + posix.strerror(posix.errno()));
        }
        return mapping;
    }

    static void checkSize(int bytes) {
        if (Integer.bitCount(bytes) != 1 || bytes < Posix.get().getpagesize()) {
            throw new IllegalArgumentException(
                    "bytes=" + bytes + " is not a power of two of at least a page");
        }
    }
}
