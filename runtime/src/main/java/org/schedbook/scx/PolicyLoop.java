package org.schedbook.scx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.schedbook.bpf.wire_h;
import org.schedbook.harness.Callback;
import org.schedbook.harness.HostedTask;
import org.schedbook.harness.OwnDsq;
import org.schedbook.harness.PolicyHarness;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Topology;
import org.schedbook.posix.Posix;
import org.schedbook.ring.DispatchRing;
import org.schedbook.ring.QueuedRing;

/**
 * The loop that asks the policy. One thread runs it, and nothing is allocated per decision.
 *
 * <p>Each round reads all records there are, calls the policy for each, asks it for work for CPUs
 * that found none, publishes the decisions at once, and yields; the kernel lets it in again when
 * there is work for it.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // counters are written by the loop's thread alone
final class PolicyLoop extends PolicyHarness {

    private static final long HOUSEKEEPING_NS = 500_000_000;

    /** Records after which to tell that the loop gets on, a power of two. */
    private static final int PROGRESS_RECORDS = 64;

    private static final int ENQUEUE = wire_h.QUEUED_ENQUEUE();
    private static final int INSERT = wire_h.DISPATCHED_INSERT();
    private static final int INSERT_VTIME = wire_h.DISPATCHED_INSERT_VTIME();
    private static final int KICK = wire_h.DISPATCHED_KICK();

    private final boolean userDsqs;
    private final Topology topology;
    private final int nrCpus;
    private final TaskTable tasks = new TaskTable();
    private final List<HostTask> found = new ArrayList<>();

    private Backend backend;
    private QueuedRing queued;
    private DispatchRing dispatched;

    private volatile boolean stopping;

    private int nrHeld;

    /** CPUs that pickIdleCpu gave out in this round. */
    private long pickedCpus;

    /** When this round began: one look at the clock serves all decisions of a round. */
    private long roundNs;

    private long nextHousekeepingNs;
    private long nrLostExits;

    /** Only this thread writes, others may read a value that is a little old. */
    private long nrRounds;

    PolicyLoop(Policy policy, Options options) {
        this(policy, options, Sysfs.topology(), Sysfs.nrPossibleCpus());
    }

    /** Makes a loop for another policy on the same machine: looking at it again would take long. */
    PolicyLoop another(Policy other, Options options) {
        return new PolicyLoop(other, options, topology, nrCpus);
    }

    private PolicyLoop(Policy policy, Options options, Topology topology, int nrCpus) {
        super(policy, nrCpus, options.watchdog().toNanos());
        this.userDsqs = overrides(Callback.DISPATCH);
        this.topology = topology;
        this.nrCpus = nrCpus;
    }

    // ---- Life -----------------------------------------------------------------------------

    /** Runs until the kernel has let go of the policy; what ends it before that is noted. */
    void serve(Backend backend) {
        try {
            run(backend);
        } catch (Throwable t) {
            // A LoopWatch finds that this thread has ended.
            died(t);
        }
    }

    private void run(Backend backend) {
        Posix posix = Posix.get();
        bind(backend);
        while (!stopping && backend.exitKind() == 0) {
            round();
            posix.sched_yield();
        }
        // Not asked any more, only told why.
        while (backend.exitKind() == 0) {
            LockSupport.parkNanos(1_000_000);
        }
        exit(backend.exitInfo());
    }

    /** Takes the rings that the rounds are to serve. */
    void bind(Backend backend) {
        this.backend = backend;
        this.queued = backend.queued();
        this.dispatched = backend.dispatched();
    }

    /** Decides on all that is there, and publishes the decisions. */
    void round() {
        backend.unpark();
        roundNs = System.nanoTime();
        pickedCpus = 0;
        drain();
        if (userDsqs && nrHeld > 0) {
            feedHungry();
        }
        keepHouse(roundNs);
        dispatched.publish();
        nrRounds++;
        backend.park();
    }

    /** Ends the rounds: a detach follows. */
    void stop() {
        stopping = true;
    }

    // ---- Records --------------------------------------------------------------------------

    private void drain() {
        List<OwnDsq> dsqs = dsqs();
        for (int i = 0; i < dsqs.size(); i++) {
            ((PolicyDsq) dsqs.get(i)).nrInserted = 0;
        }
        int nrRecords = 0;
        int nrEnqueues = 0;
        for (long at; (at = queued.next()) != QueuedRing.NONE; ) {
            if ((++nrRecords & PROGRESS_RECORDS - 1) == 0) {
                backend.progress();
            }
            int kind = Wire.Queued.kind(at);
            HostTask task = taskOf(at);
            if (kind == ENQUEUE) {
                nrEnqueues++;
                enqueue(task, at);
            } else {
                tell(Callback.ofKind(kind), task, Wire.Queued.flags(at));
            }
        }
        queued.release();
        backend.consumed(nrEnqueues);
    }

    private void enqueue(HostTask task, long at) {
        hold(task, at);
        int prevCpu = Wire.Queued.prevCpu(at);
        if (prevCpu >= 0) {
            task.cpu = prevCpu;
            callSelectCpu(task, Wire.Queued.wakeFlags(at));
            if (!task.held || task.dsq != null) {
                return; // decided there and then
            }
        }
        callEnqueue(task, Wire.Queued.flags(at));
    }

    private void tell(Callback kind, HostTask task, long flags) {
        switch (kind) {
            case DEQUEUE -> {
                release(task);
                callIfListening(kind, task, flags);
            }
            case EXIT_TASK -> end(task);
            default -> callIfListening(kind, task, flags);
        }
    }

    /** Finds the task of a record and brings it up to date. */
    private HostTask taskOf(long at) {
        int pid = Wire.Queued.pid(at);
        long id = Wire.Queued.id(at);
        HostTask task = tasks.get(pid);
        if (task == null || task.id != id) {
            if (task != null) {
                // The record of its end was lost, and its number is used again.
                end(task);
            }
            task = new HostTask(pid, id);
            tasks.put(task);
        }
        Wire.Queued.describe(at, task);
        return task;
    }

    private void hold(HostTask task, long at) {
        release(task);
        task.held = true;
        task.enqCnt = Wire.Queued.enqCnt(at);
        task.heldSinceNs = Wire.Queued.queuedNs(at);
        nrHeld++;
    }

    /** The task does not wait for a decision any more. */
    private void release(HostTask task) {
        if (task.held) {
            task.held = false;
            nrHeld--;
        }
        if (task.dsq != null) {
            task.dsq.remove(task);
        }
    }

    private void end(HostTask task) {
        release(task);
        tasks.remove(task);
        callIfListening(Callback.EXIT_TASK, task, 0);
    }

    /** Asks for work for each CPU that has none: those that said so, and those that are idle. */
    private void feedHungry() {
        long cpus = backend.takeHungry() | backend.idleCpus();
        for (; cpus != 0 && nrHeld > 0; cpus &= cpus - 1) {
            int cpu = Long.numberOfTrailingZeros(cpus);
            callDispatch(cpu, tasks.get(backend.lastPid(cpu)));
        }
    }

    // ---- Tasks a policy lost --------------------------------------------------------------

    private void keepHouse(long now) {
        if (now - nextHousekeepingNs < 0) {
            return;
        }
        nextHousekeepingNs = now + HOUSEKEEPING_NS;
        if (nrHeld > 0) {
            long idleCpus = backend.idleCpus();
            tasks.forEach(
                    task -> {
                        boolean idle = (idleCpus & task.cpusAllowed) != 0;
                        if (isForgotten(task, now - task.heldSinceNs, idle)) {
                            found.add(task);
                        }
                    });
            for (HostTask task : found) {
                rescueForgotten(task, now - task.heldSinceNs);
            }
            found.clear();
        }
        if (nrLostExits != backend.nrLostExits()) {
            nrLostExits = backend.nrLostExits();
            Posix posix = Posix.get();
            tasks.forEach(
                    task -> {
                        if (posix.kill(task.pid, 0) != 0 && posix.errno() == Posix.ESRCH) {
                            found.add(task);
                        }
                    });
            found.forEach(this::end);
            found.clear();
        }
    }

    // ---- Decisions ------------------------------------------------------------------------

    private void decide(int op, HostTask task, long dsq, long sliceNs, long vtime, long flags) {
        release(task);
        send(op, task.pid, dsq, sliceNs, vtime, flags, task.enqCnt);
    }

    private void send(
            int op, int pid, long dsq, long sliceNs, long vtime, long flags, long enqCnt) {
        long at;
        while ((at = dispatched.claim()) == DispatchRing.FULL) {
            if (backend.exitKind() != 0) {
                return;
            }
            // The CPU given up here looks for work, and so empties the ring.
            dispatched.publish();
            Posix.get().sched_yield();
        }
        Wire.dispatched(at, pid, op, dsq, flags, sliceNs, vtime, enqCnt);
    }

    // ---- How decisions are carried out ------------------------------------------------------

    @Override
    protected OwnDsq newDsq(long id, int index) {
        return new PolicyDsq(id, index);
    }

    @Override
    protected void insertBuiltIn(HostedTask task, long dsq, long sliceNs, long flags) {
        long target = dsq;
        if (dsq == Dsq.GLOBAL) {
            target = wire_h.DSQ_GLOBAL();
        } else if (dsq == Dsq.LOCAL) {
            target = Dsq.localOn(localCpu(task));
        }
        decide(INSERT, (HostTask) task, target, sliceNs, task.vtime, flags);
    }

    /** The kernel sends it elsewhere, and counts that. */
    @Override
    protected void bounce(HostedTask task, int cpu, long sliceNs, long flags) {
        decide(INSERT, (HostTask) task, Dsq.localOn(cpu), sliceNs, task.vtime, flags);
    }

    @Override
    protected void insertFifo(HostedTask task, OwnDsq dsq, long sliceNs, long flags) {
        PolicyDsq own = (PolicyDsq) dsq;
        if (userDsqs) {
            task.sliceNs = sliceNs;
            own.add((HostTask) task, 0, flags != 0);
        } else {
            own.nrInserted++;
            decide(INSERT, (HostTask) task, own.id, sliceNs, task.vtime, flags);
        }
    }

    @Override
    protected void insertByVtime(HostedTask task, OwnDsq dsq, long sliceNs, long vtime) {
        PolicyDsq own = (PolicyDsq) dsq;
        if (userDsqs) {
            task.sliceNs = sliceNs;
            own.add((HostTask) task, vtime, false);
        } else {
            own.nrInserted++;
            decide(INSERT_VTIME, (HostTask) task, own.id, sliceNs, vtime, 0);
        }
    }

    @Override
    protected void insertDefault(HostedTask task) {
        decide(INSERT, (HostTask) task, wire_h.DSQ_GLOBAL(), Policy.SLICE_DFL_NS, task.vtime, 0);
    }

    @Override
    protected boolean isInDsq(HostedTask task) {
        return ((HostTask) task).dsq != null;
    }

    @Override
    protected boolean move(OwnDsq dsq, int cpu) {
        HostTask task = ((PolicyDsq) dsq).poll(cpu);
        if (task == null) {
            return false;
        }
        decide(INSERT, task, Dsq.localOn(cpu), task.sliceNs, task.vtime, 0);
        return true;
    }

    @Override
    protected int length(OwnDsq dsq) {
        PolicyDsq own = (PolicyDsq) dsq;
        if (userDsqs || backend == null) {
            return own.size();
        }
        return backend.nrQueued(own.index) + own.nrInserted;
    }

    @Override
    protected void kickCpu(int cpu, long flags) {
        if (backend != null) {
            send(KICK, 0, cpu, 0, 0, flags, 0);
        }
    }

    @Override
    protected boolean isIdleCpu(int cpu) {
        return backend != null && (backend.idleCpus() >>> cpu & 1) != 0;
    }

    @Override
    protected int pickIdle(HostedTask task) {
        if (backend == null) {
            return -1;
        }
        long idle = backend.idleCpus() & ((HostTask) task).cpusAllowed & ~pickedCpus;
        if (idle == 0) {
            return -1;
        }
        int cpu = task.cpu;
        if ((idle >>> cpu & 1) == 0) {
            cpu = Long.numberOfTrailingZeros(idle);
        }
        pickedCpus |= 1L << cpu;
        return cpu;
    }

    /** The kernel knows what it runs, if it still does. */
    @Override
    protected String nameOf(HostedTask task) {
        try {
            String comm = Files.readString(Path.of("/proc/" + task.pid + "/comm")).strip();
            return comm + "[" + task.pid + "]";
        } catch (IOException e) {
            return "task " + task.pid;
        }
    }

    @Override
    public Topology topology() {
        return topology;
    }

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    // ---- For others -----------------------------------------------------------------------

    void addCounters(Map<String, Long> counters) {
        addPolicyCounters(counters);
        counters.put("nr_tasks", (long) tasks.size());
        counters.put("nr_rounds", nrRounds);
    }

    /**
     * Checks, when the policy is detached, that each enqueue it was told of came to something: a
     * decision was carried out, or the task left the queue or ended before. That one did not would
     * be a fault of the runtime's own.
     *
     * @param counters the last ones; {@code nr_unaccounted} is added if need be
     */
    void audit(Map<String, Long> counters) {
        long enqueued = counters.get("nr_enqueued");
        long dispatched = counters.get("nr_user_dispatches") + counters.get("nr_bounce_dispatches");
        long rescued = counters.get("nr_rescued");
        long cancelled = counters.get("nr_dequeued");
        long gone = counters.get("nr_gone");
        long lost = enqueued - dispatched - rescued - cancelled - gone;
        if (lost != 0) {
            counters.put("nr_unaccounted", lost);
            note(
                    Callback.EXIT,
                    "of %d enqueues %d were dispatched, %d rescued, %d cancelled, %d gone: %d unaccounted for; this is a fault of Schedbook's own"
                            .formatted(enqueued, dispatched, rescued, cancelled, gone, lost));
        }
    }

    int nrWaiting() {
        return nrHeld;
    }
}
