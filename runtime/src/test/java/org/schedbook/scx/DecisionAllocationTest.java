package org.schedbook.scx;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.bpf.backend_state;
import org.schedbook.bpf.dispatched_task;
import org.schedbook.bpf.exit_record;
import org.schedbook.bpf.queued_task;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.ring.DispatchRing;
import org.schedbook.ring.QueuedRing;

/** The loop on rings in plain memory, with the test in the kernel's place. */
@Timeout(60)
class DecisionAllocationTest {

    private static final int RING_BYTES = 65536;
    private static final int HEADER = 8;
    private static final int BATCH = 300;
    private static final int TASKS = 100;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment queuedConsumer = arena.allocate(4096, 8);
    private final MemorySegment queuedProducer = arena.allocate(4096, 8);
    private final MemorySegment queuedData = arena.allocate(2L * RING_BYTES, 8);
    private final MemorySegment dispatchedConsumer = arena.allocate(4096, 8);
    private final MemorySegment dispatchedProducer = arena.allocate(4096, 8);
    private final MemorySegment dispatchedData = arena.allocate(2L * RING_BYTES, 8);

    private long enqueued;

    /** Has tasks inserted at once, in a queue of the kernel's. */
    static class Fifo extends Policy {
        @Override
        public void enqueue(Task task, long enqFlags) {
            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
        }
    }

    /** Holds tasks in user space, by vtime, and hands them out when a CPU asks. */
    static class Vtime extends Policy {
        @Override
        public void init() {
            createDsq(0);
        }

        @Override
        public void enqueue(Task task, long enqFlags) {
            insertVtime(task, 0, SLICE_DFL_NS, task.vtime() + task.ranNs(), enqFlags);
        }

        @Override
        public void dispatch(int cpu, Task prev) {
            while (moveToLocal(0)) {}
        }
    }

    private PolicyLoop loop(Policy policy, MemorySegment state) {
        var loop = new PolicyLoop(policy, Options.DEFAULT);
        loop.init();
        loop.bind(
                new Backend(
                        QueuedRing.of(queuedConsumer, queuedProducer, queuedData),
                        DispatchRing.of(
                                dispatchedConsumer,
                                dispatchedProducer,
                                dispatchedData,
                                (int) dispatched_task.sizeof()),
                        state,
                        exit_record.allocate(arena)));
        return loop;
    }

    /** What the kernel would do: takes all decisions, and enqueues tasks. */
    private void turn() {
        dispatchedConsumer.set(JAVA_LONG, 0, dispatchedProducer.get(JAVA_LONG, 0));
        long position = queuedProducer.get(JAVA_LONG, 0);
        for (int i = 0; i < BATCH; i++, enqueued++) {
            int pid = 1000 + (int) (enqueued % TASKS);
            long at = position & RING_BYTES - 1;
            queuedData.set(JAVA_INT, at, (int) queued_task.sizeof());
            MemorySegment record = queuedData.asSlice(at + HEADER, queued_task.layout());
            record.fill((byte) 0);
            queued_task.pid(record, pid);
            queued_task.id(record, pid);
            queued_task.weight(record, 100);
            queued_task.enq_cnt(record, enqueued);
            queued_task.queued_ts(record, System.nanoTime());
            queued_task.cpus_allowed(record, ~0L);
            queued_task.prev_cpu(record, -1);
            position += HEADER + queued_task.sizeof();
        }
        queuedProducer.set(JAVA_LONG, 0, position);
    }

    /** Returns how many decisions were published since the last turn. */
    private long decisions() {
        long bytes = dispatchedProducer.get(JAVA_LONG, 0) - dispatchedConsumer.get(JAVA_LONG, 0);
        return bytes / (HEADER + dispatched_task.sizeof());
    }

    private void allocatesNothing(Policy policy, long decided) {
        MemorySegment state = backend_state.allocate(arena);
        PolicyLoop loop = loop(policy, state);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        // Until it is compiled the code still allocates.
        for (int round = 0; round < 5_000 && allocated != 0; round++) {
            turn();
            backend_state.hungry(state, 1);
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10; i++) {
                loop.round();
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertEquals(decided, decisions());
        }
        assertEquals(0, allocated);
    }

    @Test
    void decidingAtOnceAllocatesNothing() {
        allocatesNothing(new Fifo(), BATCH);
    }

    @Test
    void decidingLaterAllocatesNothing() {
        // A task that is enqueued anew before it was handed out is one task still.
        allocatesNothing(new Vtime(), TASKS);
    }
}
