package org.schedbook.ring;

import static org.schedbook.ring.RingLayout.HEADER;
import static org.schedbook.ring.RingLayout.LENGTH;
import static org.schedbook.ring.RingLayout.POSITION;
import static org.schedbook.ring.RingLayout.aligned;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.schedbook.posix.Posix;

/**
 * The writing end of a {@code BPF_MAP_TYPE_USER_RINGBUF}. For one thread; all records have one
 * length.
 *
 * <pre>{@code
 * long at = ring.claim();
 * ring.data().set(JAVA_INT, at + ..., ...);
 * ring.publish();
 * }</pre>
 */
public final class DispatchRing implements AutoCloseable {

    /** {@link #claim} found no room. */
    public static final long FULL = -1;

    private final MemorySegment consumerPage;
    private final MemorySegment producerPage;
    private final MemorySegment data;
    private final long mask;
    private final int recordLength;
    private final long stride;

    /** Ours alone; the page has it as of the last {@link #publish}. */
    private long producerPosition;

    private DispatchRing(
            MemorySegment consumerPage,
            MemorySegment producerPage,
            MemorySegment data,
            long mask,
            int recordLength) {
        this.consumerPage = consumerPage;
        this.producerPage = producerPage;
        this.data = data;
        this.mask = mask;
        this.recordLength = recordLength;
        this.stride = aligned(recordLength);
        this.producerPosition = (long) POSITION.getVolatile(producerPage, 0L);
    }

    /**
     * Maps a ring.
     *
     * @param fd of the map
     * @param bytes the map's {@code max_entries}
     * @param recordLength of all records, in bytes
     */
    public static DispatchRing map(int fd, int bytes, int recordLength) throws IOException {
        RingLayout.checkSize(bytes);
        long page = Posix.get().getpagesize();
        MemorySegment consumerPage = RingLayout.map(page, Posix.PROT_READ, fd, 0);
        try {
            MemorySegment rest =
                    RingLayout.map(page + 2L * bytes, Posix.PROT_READ | Posix.PROT_WRITE, fd, page);
            return new DispatchRing(
                    consumerPage, rest, rest.asSlice(page), bytes - 1L, recordLength);
        } catch (IOException e) {
            Posix.get().munmap(consumerPage);
            throw e;
        }
    }

    /**
     * Writes a ring that is in memory already.
     *
     * @param data twice as long as the ring, a power of two
     * @param recordLength of all records, in bytes
     */
    public static DispatchRing of(
            MemorySegment consumerPage,
            MemorySegment producerPage,
            MemorySegment data,
            int recordLength) {
        return new DispatchRing(
                consumerPage, producerPage, data, data.byteSize() / 2 - 1, recordLength);
    }

    /** Returns the memory that the offsets of {@link #claim} are into. */
    public MemorySegment data() {
        return data;
    }

    /**
     * Returns the offset of room for one record, or {@link #FULL} while the kernel has not read
     * what is there. The record is the kernel's with the next {@link #publish}.
     */
    public long claim() {
        // Acquire pairs with the kernel's release after it read a record: the room is free.
        long consumerPosition = (long) POSITION.getAcquire(consumerPage, 0L);
        if (producerPosition + stride - consumerPosition > mask + 1) {
            return FULL;
        }
        long at = producerPosition & mask;
        // The kernel reads the header only below the published position, so plain order will do.
        LENGTH.set(data, at, recordLength);
        producerPosition += stride;
        return at + HEADER;
    }

    /** Hands all claimed records to the kernel. */
    public void publish() {
        // Release pairs with the kernel's acquire in bpf_user_ringbuf_drain: records are complete.
        POSITION.setRelease(producerPage, 0L, producerPosition);
    }

    /** Returns whether the kernel has read all that was published. */
    public boolean isDrained() {
        return (long) POSITION.getAcquire(consumerPage, 0L) == producerPosition;
    }

    @Override
    public void close() {
        Posix.get().munmap(consumerPage);
        Posix.get().munmap(producerPage);
    }
}
