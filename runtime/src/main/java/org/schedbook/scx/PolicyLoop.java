package org.schedbook.scx;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.schedbook.bpf.wire_h;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Enq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.policy.PolicyException;
import org.schedbook.policy.Scx;
import org.schedbook.policy.Task;
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
final class PolicyLoop implements Scx {

    private static final int MAX_FAULTS = 8;

    /**
     * The age at which a task that could run, and is in no DSQ, is taken out of the policy's hands.
     * It may be the worker of the kernel's watchdog, which has half of the watchdog's time left,
     * and the next look at it may take until the next heartbeat.
     */
    private static final long FORGOTTEN_NS = 1_000_000_000;

    private static final long HOUSEKEEPING_NS = 500_000_000;

    /** Records after which to tell that the loop gets on, a power of two. */
    private static final int PROGRESS_RECORDS = 64;

    private static final int ENQUEUE = wire_h.QUEUED_ENQUEUE();
    private static final int INSERT = wire_h.DISPATCHED_INSERT();
    private static final int INSERT_VTIME = wire_h.DISPATCHED_INSERT_VTIME();
    private static final int KICK = wire_h.DISPATCHED_KICK();

    private static final VarHandle CALLS;

    static {
        try {
            CALLS = MethodHandles.lookup().findVarHandle(PolicyLoop.class, "calls", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Policy policy;
    private final Set<Callback> overridden;
    private final boolean userDsqs;
    private final Topology topology;
    private final int nrCpus;
    private final long forcedNs;
    private final List<PolicyDsq> dsqs = new ArrayList<>();
    private final TaskTable tasks = new TaskTable();
    private final List<PolicyFault> faults = new ArrayList<>();
    private final List<HostTask> found = new ArrayList<>();

    private Backend backend;
    private QueuedRing queued;
    private DispatchRing dispatched;

    /** Grows when a call of the policy starts and when it ends: odd means inside one. */
    private long calls;

    private volatile boolean stopping;

    private Callback callback;
    private int dispatchCpu;
    private int nrHeld;

    /** CPUs that pickIdleCpu gave out in this round. */
    private long pickedCpus;

    /** When this round began: one look at the clock serves all decisions of a round. */
    private long roundNs;

    private long nextHousekeepingNs;
    private long nrLostExits;

    // Counters; only this thread writes, others may read a value that is a little old.
    private volatile long nrForgotten;
    private volatile long nrPolicyErrors;
    private volatile long nrDuplicate;
    private long nrRounds;

    PolicyLoop(Policy policy, Options options) {
        this(policy, options, Sysfs.topology(), Sysfs.nrPossibleCpus());
    }

    /** Makes a loop for another policy on the same machine: looking at it again would take long. */
    PolicyLoop another(Policy other, Options options) {
        return new PolicyLoop(other, options, topology, nrCpus);
    }

    private PolicyLoop(Policy policy, Options options, Topology topology, int nrCpus) {
        this.policy = policy;
        this.overridden = Callback.overriddenBy(policy.getClass());
        this.userDsqs = overridden.contains(Callback.DISPATCH);
        this.topology = topology;
        this.nrCpus = nrCpus;
        this.forcedNs = options.watchdog().toNanos() * 6 / 10;
    }

    // ---- Life -----------------------------------------------------------------------------

    /** Has the policy create its DSQs; throws what it throws. */
    void init() {
        Scx.bind(policy, this);
        callback = Callback.INIT;
        enter();
        try {
            policy.init();
        } finally {
            leave();
        }
    }

    Set<Callback> overridden() {
        return overridden;
    }

    List<PolicyDsq> dsqs() {
        return dsqs;
    }

    /** Runs until the kernel has let go of the policy. */
    void run(Backend backend) {
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
        ExitInfo info = backend.exitInfo();
        callback = Callback.EXIT;
        enter();
        try {
            policy.exit(info);
        } catch (Throwable t) {
            fault(t);
        } finally {
            leave();
        }
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

    /** Returns a number that is odd and stays the same as long as one call of the policy lasts. */
    long calls() {
        return (long) CALLS.getOpaque(this);
    }

    private void enter() {
        CALLS.setOpaque(this, calls + 1);
    }

    private void leave() {
        CALLS.setOpaque(this, calls + 1);
    }

    // ---- Records --------------------------------------------------------------------------

    private void drain() {
        for (int i = 0; i < dsqs.size(); i++) {
            dsqs.get(i).nrInserted = 0;
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
            call(Callback.SELECT_CPU, task, Wire.Queued.wakeFlags(at));
        }
        if (!call(Callback.ENQUEUE, task, Wire.Queued.flags(at)) && task.held) {
            insertDefault(task);
        }
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

    // ---- Calls of the policy --------------------------------------------------------------

    private void callIfListening(Callback kind, HostTask task, long argument) {
        if (overridden.contains(kind)) {
            call(kind, task, argument);
        }
    }

    /**
     * Calls the policy; returns false if it threw, which is noted.
     *
     * <p>HotSpot inlines no method with more than 325 bytes of code (FreqInlineSize). This one has
     * more on purpose, which a test holds: so the policy and what it decides are compiled by
     * themselves. Inlined into drain() they share one budget with it (NodeCountInliningCutoff),
     * which runs out before the decision is written, and a decision takes twice as long.
     */
    private boolean call(Callback kind, HostTask task, long argument) {
        if (callback != kind) {
            callback = kind; // storing a reference costs more than comparing it
        }
        CALLS.setOpaque(this, calls + 1);
        try {
            switch (kind) {
                case ENQUEUE -> policy.enqueue(task, argument);
                case RUNNABLE -> policy.runnable(task, argument);
                case RUNNING -> policy.running(task);
                case STOPPING -> policy.stopping(task, argument != 0);
                case QUIESCENT -> policy.quiescent(task, argument);
                case DEQUEUE -> policy.dequeue(task, argument);
                case TICK -> policy.tick(task);
                case EXIT_TASK -> policy.exitTask(task);
                case SELECT_CPU -> {
                    int cpu = policy.selectCpu(task, task.cpu, argument);
                    if (task.canRunOn(cpu)) {
                        task.cpu = cpu;
                    } else {
                        nrPolicyErrors++;
                        note(
                                kind,
                                "selectCpu returned %d, where %s may not run".formatted(cpu, task),
                                new StackTraceElement[0]);
                    }
                }
                case DISPATCH -> policy.dispatch(dispatchCpu, task);
                case INIT, EXIT -> throw new AssertionError(kind);
            }
            return true;
        } catch (Throwable t) {
            fault(t);
            return false;
        } finally {
            CALLS.setOpaque(this, calls + 1);
        }
    }

    private void fault(Throwable t) {
        nrPolicyErrors++;
        note(callback, t.toString(), t.getStackTrace());
    }

    private void note(Callback where, String message, StackTraceElement[] at) {
        PolicyFault fault = PolicyFault.of(where, message, policy.getClass(), at);
        synchronized (faults) {
            if (faults.size() < MAX_FAULTS && !faults.contains(fault)) {
                faults.add(fault);
            }
        }
    }

    /** Notes that the call now running does not come back. */
    void hung(Thread thread, String message) {
        nrPolicyErrors++;
        note(callback, message, thread.getStackTrace());
    }

    /** Asks for work for each CPU that has none: those that said so, and those that are idle. */
    private void feedHungry() {
        long cpus = backend.takeHungry() | backend.idleCpus();
        for (; cpus != 0 && nrHeld > 0; cpus &= cpus - 1) {
            dispatchCpu = Long.numberOfTrailingZeros(cpus);
            if (!call(Callback.DISPATCH, tasks.get(backend.lastPid(dispatchCpu)), 0)) {
                dispatchDefault();
            }
        }
    }

    // ---- Tasks a policy lost --------------------------------------------------------------

    private void keepHouse(long now) {
        if (now - nextHousekeepingNs < 0) {
            return;
        }
        nextHousekeepingNs = now + HOUSEKEEPING_NS;
        if (nrHeld > 0) {
            boolean idle = backend.idleCpus() != 0;
            tasks.forEach(
                    task -> {
                        long age = now - task.heldSinceNs;
                        // What waits in a DSQ is not forgotten: should it wait for too long,
                        // the kernel says so, and ends the policy.
                        if (task.held
                                && task.dsq == null
                                && (age > forcedNs || idle && age > FORGOTTEN_NS)) {
                            found.add(task);
                        }
                    });
            for (HostTask task : found) {
                nrForgotten++;
                insertDefault(task);
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

    private void insertDefault(HostTask task) {
        decide(INSERT, task, wire_h.DSQ_GLOBAL(), Policy.SLICE_DFL_NS, task.vtime, 0);
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

    // ---- Verbs ----------------------------------------------------------------------------

    @Override
    public void createDsq(long dsq) {
        if (callback != Callback.INIT) {
            throw new PolicyException("createDsq(%d) is possible only in init().".formatted(dsq));
        }
        if (dsq < 0 || dsq > Integer.MAX_VALUE) {
            throw new PolicyException(
                    "createDsq(%d): the number must be from 0 to 2^31 - 1.".formatted(dsq));
        }
        if (find(dsq) != null) {
            throw new PolicyException("createDsq(%d): there is one already.".formatted(dsq));
        }
        if (dsqs.size() == wire_h.MAX_DSQS()) {
            throw new PolicyException("createDsq: %d is the most.".formatted(wire_h.MAX_DSQS()));
        }
        dsqs.add(new PolicyDsq(dsq, dsqs.size()));
    }

    @Override
    public void insert(Task task, long dsq, long sliceNs, long enqFlags) {
        HostTask decided = check(task, sliceNs);
        if (dsq == Dsq.GLOBAL) {
            decide(decided, wire_h.DSQ_GLOBAL(), sliceNs, enqFlags);
        } else if (dsq == Dsq.LOCAL) {
            int cpu = callback == Callback.DISPATCH ? dispatchCpu : decided.cpu;
            decide(decided, Dsq.localOn(cpu), sliceNs, enqFlags);
        } else if (Dsq.isLocalOn(dsq)) {
            decide(decided, dsq, sliceNs, enqFlags);
        } else {
            PolicyDsq own = own(dsq);
            own.use(false);
            if (!decided.held) {
                nrDuplicate++;
            } else if (userDsqs) {
                add(own, decided, sliceNs, 0, (enqFlags & Enq.HEAD) != 0);
            } else {
                own.nrInserted++;
                decide(INSERT, decided, dsq, sliceNs, decided.vtime, enqFlags);
            }
        }
    }

    private void decide(HostTask task, long dsq, long sliceNs, long enqFlags) {
        if (task.held) {
            decide(INSERT, task, dsq, sliceNs, task.vtime, enqFlags);
        } else {
            nrDuplicate++;
        }
    }

    @Override
    public void insertVtime(Task task, long dsq, long sliceNs, long vtime, long enqFlags) {
        HostTask decided = check(task, sliceNs);
        if (dsq == Dsq.GLOBAL || dsq == Dsq.LOCAL || Dsq.isLocalOn(dsq)) {
            throw new PolicyException(
                    "insertVtime is possible only into a DSQ made with createDsq in init().");
        }
        PolicyDsq own = own(dsq);
        own.use(true);
        if (!decided.held) {
            nrDuplicate++;
            return;
        }
        decided.vtime = vtime;
        if (userDsqs) {
            add(own, decided, sliceNs, vtime, false);
        } else {
            own.nrInserted++;
            decide(INSERT_VTIME, decided, dsq, sliceNs, vtime, enqFlags);
        }
    }

    private void add(PolicyDsq dsq, HostTask task, long sliceNs, long vtime, boolean head) {
        if (task.dsq != null) {
            nrDuplicate++;
            return;
        }
        task.sliceNs = sliceNs;
        dsq.add(task, vtime, head);
    }

    private static HostTask check(Task task, long sliceNs) {
        if (task == null) {
            throw new PolicyException("insert: the task is null.");
        }
        if (sliceNs == 0) {
            throw new PolicyException("insert: the slice must be more than 0 ns.");
        }
        return (HostTask) task;
    }

    private PolicyDsq find(long dsq) {
        for (int i = 0; i < dsqs.size(); i++) {
            if (dsqs.get(i).id == dsq) {
                return dsqs.get(i);
            }
        }
        return null;
    }

    private PolicyDsq own(long dsq) {
        PolicyDsq own = find(dsq);
        if (own == null) {
            throw new PolicyException(
                    "There is no DSQ %d; create it with createDsq in init().".formatted(dsq));
        }
        return own;
    }

    @Override
    public boolean moveToLocal(long dsq) {
        if (callback != Callback.DISPATCH) {
            throw new PolicyException("moveToLocal is possible only in dispatch().");
        }
        PolicyDsq own = own(dsq);
        HostTask task = own.poll(dispatchCpu);
        if (task == null) {
            return false;
        }
        decide(INSERT, task, Dsq.localOn(dispatchCpu), task.sliceNs, task.vtime, 0);
        return true;
    }

    @Override
    public void dispatchDefault() {
        for (int i = 0; i < dsqs.size(); i++) {
            if (moveToLocal(dsqs.get(i).id)) {
                return;
            }
        }
    }

    @Override
    public int nrQueued(long dsq) {
        PolicyDsq own = own(dsq);
        if (userDsqs || backend == null) {
            return own.size();
        }
        return backend.nrQueued(own.index) + own.nrInserted;
    }

    @Override
    public void kick(int cpu, long kickFlags) {
        if (cpu < 0 || cpu >= nrCpus) {
            throw new PolicyException("kick: there is no CPU %d.".formatted(cpu));
        }
        if (backend != null) {
            send(KICK, 0, cpu, 0, 0, kickFlags, 0);
        }
    }

    @Override
    public boolean isIdle(int cpu) {
        return backend != null
                && cpu >= 0
                && cpu < Long.SIZE
                && (backend.idleCpus() >>> cpu & 1) != 0;
    }

    @Override
    public int pickIdleCpu(Task task) {
        if (backend == null) {
            return -1;
        }
        long idle = backend.idleCpus() & ((HostTask) task).cpusAllowed & ~pickedCpus;
        if (idle == 0) {
            return -1;
        }
        int cpu = task.cpu();
        if ((idle >>> cpu & 1) == 0) {
            cpu = Long.numberOfTrailingZeros(idle);
        }
        pickedCpus |= 1L << cpu;
        return cpu;
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
        counters.put("nr_forgotten", nrForgotten);
        counters.put("nr_policy_errors", nrPolicyErrors);
        counters.put("nr_duplicate", nrDuplicate);
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
                            .formatted(enqueued, dispatched, rescued, cancelled, gone, lost),
                    new StackTraceElement[0]);
        }
    }

    int nrWaiting() {
        return nrHeld;
    }

    List<PolicyFault> faults() {
        synchronized (faults) {
            return List.copyOf(faults);
        }
    }
}
