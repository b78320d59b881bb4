package org.schedbook.ring;

import static org.schedbook.ring.RingLayout.HEADER;
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
 * Memory.setInt(at, ..., ...);
 * ring.publish();
 * }</pre>
 */
public final class DispatchRing implements AutoCloseable {

    /** {@link #claim} found no room. */
    public static final long FULL = 0;

    private final MemorySegment consumerPage;
    private final MemorySegment producerPage;
    private final long consumerAddress;
    private final long dataAddress;
    private final long mask;
    private final int recordLength;
    private final long stride;

    /** Ours alone; the page has it as of the last {@link #publish}. */
    private long producerPosition;

    /** Up to where there was room when the consumer's page was last looked at. */
    private long limit;

    private DispatchRing(
            MemorySegment consumerPage,
            MemorySegment producerPage,
            MemorySegment data,
            long mask,
            int recordLength) {
        this.consumerPage = consumerPage;
        this.producerPage = producerPage;
        this.consumerAddress = consumerPage.address();
        this.dataAddress = data.address();
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
     * Writes a ring that is in memory already, which has to stay there.
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

    /**
     * Returns the address of room for one record, or {@link #FULL} while the kernel has not read
     * what is there. The record is the kernel's with the next {@link #publish}.
     */
    public long claim() {
        long position = producerPosition;
        if (position + stride > limit && position + stride > look()) {
            return FULL;
        }
        long at = dataAddress + (position & mask);
        // The kernel reads the header only below the published position, so plain order will do.
        Memory.setLong(at, 0, recordLength);
        producerPosition = position + stride;
        return at + HEADER;
    }

    private long look() {
        // Acquire pairs with the kernel's release after it read a record: the room is free.
        limit = (long) POSITION.getAcquire(Memory.ALL, consumerAddress) + mask + 1;
        return limit;
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
