package org.schedbook.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.schedbook.bpf.dispatched_task;
import org.schedbook.bpf.queued_task;
import org.schedbook.libbpf.BpfException;
import org.schedbook.libbpf.BpfObject;
import org.schedbook.posix.Posix;

/** The rings against the kernel's own side of them: {@code rings.bpf.c}, run by bpf(2). */
class RingsTest {

    private static final int RING_BYTES = 65536;
    private static final int QUEUED_STRIDE = (int) queued_task.sizeof() + 8;
    private static final int DISPATCHED_STRIDE = (int) dispatched_task.sizeof() + 8;

    // struct rings of rings.bpf.c
    private static final long NR_TO_QUEUE = 0;
    private static final long NR_QUEUED = 8;
    private static final long NR_DRAINED = 16;
    private static final long PID_SUM = 24;
    private static final long VTIME_SUM = 32;
    private static final long DISORDER = 40;

    private BpfObject object;
    private MemorySegment rings;
    private QueuedRing queued;
    private DispatchRing dispatched;

    @BeforeEach
    void load() throws IOException {
        try (InputStream in = queued_task.class.getResourceAsStream("rings.bpf.o")) {
            object = BpfObject.open(in.readAllBytes(), "rings");
        }
        try {
            object.load();
        } catch (BpfException e) {
            assumeTrue(e.errno() != Posix.EPERM, "bpf() is not permitted here: " + e.getMessage());
            throw e;
        }
        rings = object.variables(".data.rings");
        queued = QueuedRing.map(object.mapFd("queued"), RING_BYTES);
        dispatched =
                DispatchRing.map(
                        object.mapFd("dispatched"), RING_BYTES, (int) dispatched_task.sizeof());
    }

    @AfterEach
    void unload() {
        if (queued != null) {
            queued.close();
        }
        if (dispatched != null) {
            dispatched.close();
        }
        object.close();
    }

    private int produce(int nr) throws IOException {
        rings.set(JAVA_LONG, NR_TO_QUEUE, nr);
        return object.run("produce");
    }

    /** Reads all there is and returns how many; each must be the one after the last. */
    private int consume(int firstPid) {
        int pid = firstPid;
        for (long at; (at = queued.next()) != QueuedRing.NONE; pid++) {
            assertEquals(pid, Memory.getInt(at, queued_task.pid$offset()));
            assertEquals(100, Memory.getLong(at, queued_task.weight$offset()));
        }
        queued.release();
        return pid - firstPid;
    }

    private boolean write(int pid, long vtime, long enqCnt) {
        long at = dispatched.claim();
        if (at == DispatchRing.FULL) {
            return false;
        }
        Memory.setInt(at, dispatched_task.pid$offset(), pid);
        Memory.setLong(at, dispatched_task.vtime$offset(), vtime);
        Memory.setLong(at, dispatched_task.enq_cnt$offset(), enqCnt);
        return true;
    }

    @Test
    void emptyRingHasNoRecord() {
        assertEquals(QueuedRing.NONE, queued.next());
    }

    @Test
    void readsAllRecordsInOrderAndPassesOverDiscardedOnes() throws IOException {
        assertEquals(0, produce(100));
        assertEquals(100, consume(0));
        assertEquals(QueuedRing.NONE, queued.next());
    }

    @Test
    void readsOnAroundTheEndOfTheRing() throws IOException {
        int read = 0;
        // Several times the ring's size, in steps that never meet its end exactly.
        for (int round = 0; round < 50; round++) {
            assertEquals(0, produce(97));
            read += consume(read);
        }
        assertEquals(50 * 97, read);
    }

    @Test
    void kernelGetsRoomBackOnlyOnRelease() throws IOException {
        assertNotEquals(0, produce(4096), "a ring of 64 KiB cannot take 4096 records");
        long fitted = rings.get(JAVA_LONG, NR_QUEUED);
        assertTrue(fitted > RING_BYTES / QUEUED_STRIDE * 3 / 4, "fitted=" + fitted);

        while (queued.next() != QueuedRing.NONE) {}
        assertNotEquals(0, produce(1), "read, but not yet released");
        queued.release();
        assertEquals(0, produce(1));
    }

    @Test
    void kernelSeesNothingBeforePublish() throws IOException {
        write(1, 0, 0);
        object.run("drain");
        assertEquals(0, rings.get(JAVA_LONG, NR_DRAINED));

        dispatched.publish();
        object.run("drain");
        assertEquals(1, rings.get(JAVA_LONG, NR_DRAINED));
        assertTrue(dispatched.isDrained());
    }

    @Test
    void kernelReadsBatchesAsWritten() throws IOException {
        long sequence = 0;
        long vtimes = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 331; i++, sequence++) {
                assertTrue(write(7, -sequence, sequence));
                vtimes -= sequence;
            }
            dispatched.publish();
            object.run("drain");
        }
        assertEquals(sequence, rings.get(JAVA_LONG, NR_DRAINED));
        assertEquals(7 * sequence, rings.get(JAVA_LONG, PID_SUM));
        assertEquals(vtimes, rings.get(JAVA_LONG, VTIME_SUM));
        assertEquals(0, rings.get(JAVA_LONG, DISORDER));
    }

    @Test
    void fullRingIsSaidAndGoesOnAfterDraining() throws IOException {
        int fits = RING_BYTES / DISPATCHED_STRIDE;
        for (int i = 0; i < fits; i++) {
            assertTrue(write(1, 0, i));
        }
        assertEquals(DispatchRing.FULL, dispatched.claim());
        dispatched.publish();
        assertEquals(DispatchRing.FULL, dispatched.claim());

        object.run("drain");
        assertTrue(write(1, 0, fits));
        dispatched.publish();
        object.run("drain");
        assertEquals(fits + 1, rings.get(JAVA_LONG, NR_DRAINED));
        assertEquals(0, rings.get(JAVA_LONG, DISORDER));
    }

    @Test
    void readingAndWritingAllocateNothing() throws IOException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        // The first rounds still allocate in the interpreter and for the compiler's sake.
        for (int round = 0; round < 200 && allocated != 0; round++) {
            produce(300);
            long before = threads.getCurrentThreadAllocatedBytes();
            int nr = 0;
            for (long at; (at = queued.next()) != QueuedRing.NONE; nr++) {
                write(Memory.getInt(at, queued_task.pid$offset()), 0, 0);
            }
            queued.release();
            dispatched.publish();
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertEquals(300, nr);
            object.run("drain");
        }
        assertEquals(0, allocated);
    }

    @Test
    void refusesASizeThatIsNoPowerOfTwo() {
        assertThrows(
                IllegalArgumentException.class,
                () -> QueuedRing.map(object.mapFd("queued"), RING_BYTES + 4096));
    }
}
