package org.schedbook.scx;

import org.schedbook.bpf.dispatched_task;
import org.schedbook.bpf.queued_task;
import org.schedbook.ring.Memory;

/**
 * The records of {@code wire.h} in the rings' memory. They are aligned, but the layouts used do not
 * ask for it, which saves the check.
 */
final class Wire {

    /** Fields of a {@code queued_task}; {@code at} is its address. */
    static final class Queued {

        static int kind(long at) {
            return Memory.getInt(at, queued_task.kind$offset());
        }

        static int pid(long at) {
            return Memory.getInt(at, queued_task.pid$offset());
        }

        static long id(long at) {
            return Memory.getLong(at, queued_task.id$offset());
        }

        static long flags(long at) {
            return Memory.getLong(at, queued_task.flags$offset());
        }

        static long vtime(long at) {
            return Memory.getLong(at, queued_task.vtime$offset());
        }

        static long enqCnt(long at) {
            return Memory.getLong(at, queued_task.enq_cnt$offset());
        }

        static long queuedNs(long at) {
            return Memory.getLong(at, queued_task.queued_ts$offset());
        }

        static int prevCpu(long at) {
            return Memory.getInt(at, queued_task.prev_cpu$offset());
        }

        static long wakeFlags(long at) {
            return Memory.getLong(at, queued_task.wake_flags$offset());
        }

        /** Brings a task up to date. */
        static void describe(long at, HostTask task) {
            task.tgid = Memory.getInt(at, queued_task.tgid$offset());
            task.cpu = Memory.getInt(at, queued_task.cpu$offset());
            // These two are longs that fit into an int; the machine is little-endian.
            task.weight = Memory.getInt(at, queued_task.weight$offset());
            task.nrCpusAllowed = Memory.getInt(at, queued_task.nr_cpus_allowed$offset());
            task.cpusAllowed = Memory.getLong(at, queued_task.cpus_allowed$offset());
            task.vtime = vtime(at);
            task.ranNs = Memory.getLong(at, queued_task.ran_ns$offset());
            task.execRuntimeNs = Memory.getLong(at, queued_task.exec_runtime$offset());
            task.startNs = Memory.getLong(at, queued_task.start_ts$offset());
            task.stopNs = Memory.getLong(at, queued_task.stop_ts$offset());
        }

        private Queued() {}
    }

    /** Writes a {@code dispatched_task} at an address; the parameters are its fields. */
    static void dispatched(
            long at, int pid, int op, long dsq, long flags, long sliceNs, long vtime, long enqCnt) {
        // Both ints at once: a batch is bound by the number of stores.
        Memory.setLong(
                at, dispatched_task.pid$offset(), (long) op << 32 | Integer.toUnsignedLong(pid));
        Memory.setLong(at, dispatched_task.dsq$offset(), dsq);
        Memory.setLong(at, dispatched_task.flags$offset(), flags);
        Memory.setLong(at, dispatched_task.slice_ns$offset(), sliceNs);
        Memory.setLong(at, dispatched_task.vtime$offset(), vtime);
        Memory.setLong(at, dispatched_task.enq_cnt$offset(), enqCnt);
    }

    private Wire() {}
}
