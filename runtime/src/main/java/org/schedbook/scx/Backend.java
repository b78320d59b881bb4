package org.schedbook.scx;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.schedbook.bpf.backend_config;
import org.schedbook.bpf.backend_state;
import org.schedbook.bpf.dispatched_task;
import org.schedbook.bpf.exit_record;
import org.schedbook.bpf.sched_ext_ops;
import org.schedbook.bpf.wire_h;
import org.schedbook.harness.Callback;
import org.schedbook.harness.OwnDsq;
import org.schedbook.libbpf.BpfException;
import org.schedbook.libbpf.BpfLink;
import org.schedbook.libbpf.BpfObject;
import org.schedbook.measure.Durations;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.posix.Posix;
import org.schedbook.ring.DispatchRing;
import org.schedbook.ring.QueuedRing;

/** The kernel side, {@code schedbook.bpf.c}: loaded, attached, and what is shared with it. */
final class Backend implements AutoCloseable {

    private static final String OPS = "schedbook_ops";

    private static final VarHandle LONG = JAVA_LONG.varHandle();
    private static final VarHandle INT = JAVA_INT.varHandle();

    private static final List<String> COUNTERS =
            List.of(
                    "nr_user_dispatches",
                    "nr_kernel_dispatches",
                    "nr_bypass_dispatches",
                    "nr_bounce_dispatches",
                    "nr_cancel_dispatches",
                    "nr_dequeued",
                    "nr_gone",
                    "nr_rescued",
                    "nr_sched_congested",
                    "nr_queued",
                    "nr_lost_events",
                    "nr_lost_exits",
                    "nr_loop_preempts",
                    "nr_heartbeats");

    /** Loaded before there was a policy for them. */
    private static final Queue<Backend> PREPARED = new ConcurrentLinkedQueue<>();

    private static int khugepaged;

    private final BpfObject object;
    private final MemorySegment config;
    private final MemorySegment state;
    private final MemorySegment exit;
    private final MemorySegment waits;
    private final QueuedRing queued;
    private final DispatchRing dispatched;

    private BpfLink link;
    private long enqConsumed;
    private long progress;

    private Backend(BpfObject object) throws IOException {
        this.object = object;
        this.config = object.variables(".data.config");
        this.state = object.variables(".data.shared");
        this.exit = object.variables(".data.exit");
        this.waits = object.variables(".data.waits");
        this.queued = QueuedRing.map(object.mapFd("queued"), wire_h.QUEUED_BYTES());
        try {
            this.dispatched =
                    DispatchRing.map(
                            object.mapFd("dispatched"),
                            wire_h.DISPATCHED_BYTES(),
                            (int) dispatched_task.sizeof());
        } catch (IOException e) {
            queued.close();
            throw e;
        }
    }

    /** Takes rings and memory that no scheduler is behind: for tests and benchmarks of the loop. */
    Backend(QueuedRing queued, DispatchRing dispatched, MemorySegment state, MemorySegment exit) {
        this.object = null;
        this.queued = queued;
        this.dispatched = dispatched;
        this.state = state;
        this.exit = exit;
        this.waits = MemorySegment.NULL;
        this.config = MemorySegment.NULL;
    }

    /** Loads the programs for a policy to come, as that is most of what it takes to attach it. */
    static void prepare() throws IOException {
        PREPARED.add(load());
    }

    /**
     * Readies the programs for a policy. The calling thread becomes the loop: the only one that may
     * run the policy.
     *
     * @param name of the ops, as sysfs will show it
     * @param hotplugSeq {@link Sysfs#hotplugSeq} before the policy was shown the CPUs; should it
     *     have grown until the attach, the kernel ends the scheduler and asks for a restart
     * @param overridden the callbacks the policy has
     * @param dsqs the DSQs it created
     */
    static Backend ready(
            String name,
            long hotplugSeq,
            Set<Callback> overridden,
            List<OwnDsq> dsqs,
            Options options)
            throws IOException {
        Backend prepared = PREPARED.poll();
        Backend backend = prepared == null ? load() : prepared;
        try {
            configure(backend.config, overridden, dsqs, options);
            if (options.partial()) {
                joinSchedExt();
            }
            backend.set(name, hotplugSeq, options);
            return backend;
        } catch (IOException | RuntimeException e) {
            backend.close();
            throw e;
        }
    }

    private static Backend load() throws IOException {
        BpfObject.listen(false);
        try {
            return tryLoad();
        } catch (BpfException e) {
            BpfObject.listen(true); // it fails again, and says why
            return tryLoad();
        }
    }

    private static Backend tryLoad() throws IOException {
        BpfObject object = BpfObject.open(Elf.BYTES, "schedbook");
        try {
            object.load();
            return new Backend(object);
        } catch (IOException | RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private void set(String name, long hotplugSeq, Options options) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            KernelOps kernel = KernelOps.get();
            MemorySegment ops = arena.allocate(sched_ext_ops.layout());
            ops.copyFrom(object.initialValue(OPS).asSlice(0, ops.byteSize()));
            sched_ext_ops.flags(ops, kernel.flags(options.partial()));
            sched_ext_ops.timeout_ms(ops, (int) options.watchdog().toMillis());
            sched_ext_ops.hotplug_seq(ops, hotplugSeq);
            sched_ext_ops.name(ops).fill((byte) 0).setString(0, name);
            object.setStructOps(OPS, kernel.value(arena, ops, object, "schedbook_"));
        }
    }

    /** The object file, read once: in the jar it is compressed. */
    private static final class Elf {

        static final byte[] BYTES = read();

        private static byte[] read() {
            try (InputStream in = backend_config.class.getResourceAsStream("schedbook.bpf.o")) {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Elf() {}
    }

    /**
     * Makes the calling thread a task of the scheduler it is to serve. As any other task it would
     * go before those, and never give way to them by yielding.
     */
    private static void joinSchedExt() throws IOException {
        Posix posix = Posix.get();
        if (posix.sched_setscheduler(0, Posix.SCHED_EXT) != 0) {
            throw new IOException(
                    "The loop could not become a task of SCHED_EXT: "
                            + posix.strerror(posix.errno()));
        }
    }

    private static void configure(
            MemorySegment config, Set<Callback> overridden, List<OwnDsq> dsqs, Options options) {
        boolean userDsqs = overridden.contains(Callback.DISPATCH);
        // These two keep the table of tasks right, whoever listens.
        int events = 1 << Callback.DEQUEUE.ordinal() | 1 << Callback.EXIT_TASK.ordinal();
        for (Callback callback : overridden) {
            if (callback.isQueued()) {
                events |= 1 << callback.ordinal();
            }
        }
        backend_config.tid(config, Posix.get().gettid());
        backend_config.tgid(config, (int) ProcessHandle.current().pid());
        backend_config.khugepaged(config, khugepaged());
        backend_config.nr_cpus(config, Sysfs.nrPossibleCpus());
        backend_config.slice_ns(config, Policy.SLICE_DFL_NS);
        backend_config.watchdog_ms(config, (int) options.watchdog().toMillis());
        backend_config.events(config, events);
        boolean selectCpu = overridden.contains(Callback.SELECT_CPU);
        backend_config.select_cpu(config, selectCpu ? 1 : 0);
        backend_config.builtin_idle(config, options.builtinIdle().orElse(!selectCpu) ? 1 : 0);
        backend_config.user_dsqs(config, userDsqs ? 1 : 0);
        if (!userDsqs) {
            backend_config.nr_dsqs(config, dsqs.size());
            for (OwnDsq dsq : dsqs) {
                backend_config.dsqs(config, dsq.index, dsq.id);
            }
        }
    }

    /** Returns the pid of khugepaged, 0 if there is none; looks first where it was last time. */
    static synchronized int khugepaged() {
        if (!isKhugepaged(Path.of("/proc/" + khugepaged))) {
            khugepaged = 0;
            try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
                for (Path process : processes) {
                    if (isKhugepaged(process)) {
                        khugepaged = Integer.parseInt(process.getFileName().toString());
                        break;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return khugepaged;
    }

    private static boolean isKhugepaged(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip().equals("khugepaged");
        } catch (IOException e) {
            return false; // there is no such process, or no longer
        }
    }

    // ---- Attached or not ------------------------------------------------------------------

    void attach() throws BpfException {
        link = object.attachStructOps(OPS);
    }

    /** Returns when no task is scheduled by the policy any more. Any thread may call it. */
    void detach() {
        link.close();
    }

    /** Returns 0 while attached, else why not any more. */
    int exitKind() {
        return (int) INT.getAcquire(exit, exit_record.kind$offset());
    }

    /**
     * Returns whether the kernel ended a scheduler to have it attached anew.
     *
     * @param codes the kernel's {@code enum scx_exit_code}
     */
    static boolean asksForRestart(ExitInfo exit, Map<String, Long> codes) {
        return (exit.code() & codes.getOrDefault("SCX_ECODE_ACT_RESTART", 0L)) != 0;
    }

    ExitInfo exitInfo() {
        return new ExitInfo(
                exitKind(),
                exit_record.exit_code(exit),
                exit_record.reason(exit).getString(0),
                exit_record.msg(exit).getString(0),
                exit_record.dump(exit).getString(0));
    }

    /** Unmaps and unloads; nothing else may be called after it. */
    @Override
    public void close() {
        if (link != null) {
            link.close();
        }
        queued.close();
        dispatched.close();
        object.close();
    }

    // ---- Shared with the loop -------------------------------------------------------------

    QueuedRing queued() {
        return queued;
    }

    DispatchRing dispatched() {
        return dispatched;
    }

    /**
     * Tells that the loop gets on. A loop that owes decisions and does not say so for a second is
     * taken to be stuck, and its tasks are dispatched without it.
     */
    void progress() {
        LONG.setOpaque(state, backend_state.progress$offset(), ++progress);
    }

    /** Tells that the loop will go on even if there is nothing new for it. */
    void unpark() {
        progress();
        LONG.setVolatile(state, backend_state.parked$offset(), 0L);
    }

    /**
     * Tells that the loop is through. The kernel looks for new work after it has seen this, so
     * nothing that arrives now is overlooked.
     */
    void park() {
        LONG.setVolatile(state, backend_state.parked$offset(), 1L);
    }

    /** Tells how many enqueue records were read, in addition to those told before. */
    void consumed(int nrEnqueues) {
        enqConsumed += nrEnqueues;
        LONG.setRelease(state, backend_state.enq_consumed$offset(), enqConsumed);
    }

    /** Returns the CPUs that found no work since the last call, one bit each. */
    long takeHungry() {
        return (long) LONG.getAndSet(state, backend_state.hungry$offset(), 0L);
    }

    long idleCpus() {
        return (long) LONG.getOpaque(state, backend_state.idle_cpus$offset());
    }

    int lastPid(int cpu) {
        return state.get(JAVA_INT, backend_state.last_pid$offset() + 4L * cpu);
    }

    /** Returns the length of a DSQ in the kernel when the loop was let in. */
    int nrQueued(int dsqIndex) {
        return (int) state.get(JAVA_LONG, backend_state.dsq_nr_queued$offset() + 8L * dsqIndex);
    }

    long nrLostExits() {
        return (long) LONG.getOpaque(state, backend_state.nr_lost_exits$offset());
    }

    Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("nr_enqueued", counter("enq_submitted"));
        for (String name : COUNTERS) {
            counters.put(name, counter(name));
        }
        return counters;
    }

    private long counter(String name) {
        long offset = backend_state.layout().byteOffset(PathElement.groupElement(name));
        return (long) LONG.getOpaque(state, offset);
    }

    /** Returns how many decisions were carried out after which {@link Durations} of waiting. */
    long[] waits() {
        return waits.asSlice(0, (long) Durations.CLASSES * Long.BYTES).toArray(JAVA_LONG);
    }
}
