package org.schedbook.ring;

import static org.schedbook.ring.RingLayout.BUSY;
import static org.schedbook.ring.RingLayout.DISCARD;
import static org.schedbook.ring.RingLayout.HEADER;
import static org.schedbook.ring.RingLayout.LENGTH;
import static org.schedbook.ring.RingLayout.POSITION;
import static org.schedbook.ring.RingLayout.aligned;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.schedbook.posix.Posix;

/**
 * The reading end of a {@code BPF_MAP_TYPE_RINGBUF}. For one thread.
 *
 * <pre>{@code
 * for (long at; (at = ring.next()) != QueuedRing.NONE; ) {
 *     Memory.getInt(at, ...);
 * }
 * ring.release();
 * }</pre>
 */
public final class QueuedRing implements AutoCloseable {

    /** {@link #next} found no record. */
    public static final long NONE = 0;

    private final MemorySegment consumerPage;
    private final MemorySegment producerPage;
    private final long producerAddress;
    private final long dataAddress;
    private final long mask;

    /** Ours alone; the page has it as of the last {@link #release}. */
    private long consumerPosition;

    /** As of the last look at the page: what lies before it needs none. */
    private long producerPosition;

    private QueuedRing(
            MemorySegment consumerPage, MemorySegment producerPage, MemorySegment data, long mask) {
        this.consumerPage = consumerPage;
        this.producerPage = producerPage;
        this.producerAddress = producerPage.address();
        this.dataAddress = data.address();
        this.mask = mask;
        this.consumerPosition = (long) POSITION.getVolatile(consumerPage, 0L);
    }

    /**
     * Maps a ring.
     *
     * @param fd of the map
     * @param bytes the map's {@code max_entries}
     */
    public static QueuedRing map(int fd, int bytes) throws IOException {
        RingLayout.checkSize(bytes);
        long page = Posix.get().getpagesize();
        MemorySegment consumerPage =
                RingLayout.map(page, Posix.PROT_READ | Posix.PROT_WRITE, fd, 0);
        try {
            MemorySegment rest = RingLayout.map(page + 2L * bytes, Posix.PROT_READ, fd, page);
            return new QueuedRing(consumerPage, rest, rest.asSlice(page), bytes - 1L);
        } catch (IOException e) {
            Posix.get().munmap(consumerPage);
            throw e;
        }
    }

    /**
     * Reads a ring that is in memory already, which has to stay there.
     *
     * @param data twice as long as the ring, a power of two
     */
    public static QueuedRing of(
            MemorySegment consumerPage, MemorySegment producerPage, MemorySegment data) {
        return new QueuedRing(consumerPage, producerPage, data, data.byteSize() / 2 - 1);
    }

    /**
     * Returns the address of the next record, or {@link #NONE}. It is valid until {@link #release}.
     */
    public long next() {
        long position = consumerPosition;
        while (position < producerPosition || position < look()) {
            long at = dataAddress + (position & mask);
            // Acquire pairs with the kernel's xchg in bpf_ringbuf_submit: the record is complete.
            int length = (int) LENGTH.getAcquire(Memory.ALL, at);
            if ((length & BUSY) != 0) {
                return NONE;
            }
            position += aligned(length & ~DISCARD);
            consumerPosition = position;
            if ((length & DISCARD) == 0) {
                return at + HEADER;
            }
        }
        return NONE;
    }

    private long look() {
        // Acquire pairs with the kernel's release in bpf_ringbuf_reserve.
        producerPosition = (long) POSITION.getAcquire(Memory.ALL, producerAddress);
        return producerPosition;
    }

    /** Gives the room of all records read so far back to the kernel. */
    public void release() {
        // Release pairs with the kernel's acquire in bpf_ringbuf_reserve: we are done reading.
        POSITION.setRelease(consumerPage, 0L, consumerPosition);
    }

    @Override
    public void close() {
        Posix.get().munmap(consumerPage);
        Posix.get().munmap(producerPage);
    }
}
