package org.schedbook.harness;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Enq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;
import org.schedbook.policy.PolicyException;
import org.schedbook.policy.Scx;
import org.schedbook.policy.Task;

/**
 * What stands between a policy and the world it runs in. It calls the policy and takes what it
 * throws; it checks what the policy's verbs are given; and it counts and notes what is wrong. How a
 * decision is carried out, a subclass knows. One thread uses it, and nothing is allocated for a
 * decision that is right.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // each counter has one thread that writes it
public abstract class PolicyHarness implements Scx {

    /** How many DSQs of its own a policy may have. */
    public static final int MAX_DSQS = 128;

    /**
     * The age at which a task that could run, and is in no DSQ, is taken out of the policy's hands
     * while a CPU is idle that it may use. It may be the worker of the kernel's watchdog, which has
     * half of the watchdog's time left, and the next look at it may take until the next heartbeat.
     */
    private static final long FORGOTTEN_NS = 1_000_000_000;

    /** {@code __SCX_ENQ_INTERNAL_MASK}: who inserts with one of these is thrown out. */
    private static final long INTERNAL_FLAGS = 0xFFL << 56;

    private static final long KICK_FLAGS = Kick.IDLE | Kick.PREEMPT;

    private static final VarHandle CALLS;

    static {
        try {
            CALLS = MethodHandles.lookup().findVarHandle(PolicyHarness.class, "calls", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Policy policy;
    private final Set<Callback> overridden;
    private final int nrCpus;
    private final long forcedNs;
    private final List<OwnDsq> dsqs = new ArrayList<>();
    private final Faults faults;

    /** Grows when a call of the policy starts and when it ends: odd means inside one. */
    private long calls;

    /** The callback that runs, or ran last. */
    private Callback callback = Callback.INIT;

    /** The CPU of the {@code dispatch} that runs, or ran last. */
    private int dispatchCpu;

    // The task whose CPU is being selected, and that it is to go into LOCAL once that is known.
    private HostedTask selecting;
    private boolean direct;
    private long directSliceNs;
    private long directFlags;

    // Counters. Only the policy's thread writes them; others may read a value that is a little old.
    private long nrDecided;
    private long nrDuplicate;
    private volatile long nrForgotten;
    private volatile long nrPolicyErrors;

    /** Calls that never returned; only the thread that watches writes it. */
    private volatile long nrHung;

    /**
     * @param nrCpus the numbers of CPUs are below this
     * @param watchdogNs how long the kernel lets a task wait
     */
    protected PolicyHarness(Policy policy, int nrCpus, long watchdogNs) {
        this.policy = policy;
        this.overridden = Callback.overriddenBy(policy.getClass());
        this.nrCpus = nrCpus;
        this.forcedNs = watchdogNs * 6 / 10;
        this.faults = new Faults(policy.getClass());
    }

    /** Returns the callbacks that the policy has. */
    public final Set<Callback> overridden() {
        return overridden;
    }

    protected final boolean overrides(Callback callback) {
        return overridden.contains(callback);
    }

    /** Returns the DSQs of the policy's own, in the order of creation. */
    public final List<OwnDsq> dsqs() {
        return dsqs;
    }

    // ---- What a world does ------------------------------------------------------------------

    /** Makes a DSQ of the policy's own. */
    protected abstract OwnDsq newDsq(long id, int index);

    /**
     * Carries out the insertion of a task that waits for a decision.
     *
     * @param dsq {@link Dsq#GLOBAL}, {@link Dsq#LOCAL} of the {@link #localCpu}, or {@link
     *     Dsq#localOn} a CPU that the task may use
     */
    protected abstract void insertBuiltIn(HostedTask task, long dsq, long sliceNs, long flags);

    /** Carries out the insertion of a task into the local DSQ of a CPU that it may not use. */
    protected abstract void bounce(HostedTask task, int cpu, long sliceNs, long flags);

    /** Carries out the insertion of a task that waits for a decision. */
    protected abstract void insertFifo(HostedTask task, OwnDsq dsq, long sliceNs, long flags);

    /** Carries out the insertion of a task that waits for a decision. */
    protected abstract void insertByVtime(HostedTask task, OwnDsq dsq, long sliceNs, long vtime);

    /** Has a task, wherever it waits for the policy, inserted with defaults. */
    protected abstract void insertDefault(HostedTask task);

    /**
     * Returns whether a task for whose decision the policy is waited for is in a DSQ of its own.
     */
    protected abstract boolean isInDsq(HostedTask task);

    /** Moves the first task that may use a CPU there; returns whether there was one. */
    protected abstract boolean move(OwnDsq dsq, int cpu);

    /** Returns the length of a DSQ as the policy is to see it. */
    protected abstract int length(OwnDsq dsq);

    protected abstract void kickCpu(int cpu, long flags);

    protected abstract boolean isIdleCpu(int cpu);

    protected abstract int pickIdle(HostedTask task);

    /** Returns the words for a task when a person is told of it. */
    protected abstract String nameOf(HostedTask task);

    /** Called by every verb: throws if the policy is not to go on. */
    protected void checkGoesOn() {}

    // ---- Calls of the policy ----------------------------------------------------------------

    /** Has the policy create its DSQs; throws what it throws, which is noted. */
    public final void init() {
        Scx.bind(policy, this);
        callback = Callback.INIT;
        enter();
        try {
            policy.init();
        } catch (Throwable t) {
            threw(t, null);
            throw t;
        } finally {
            leave();
        }
    }

    /** Tells the policy why it is not attached any more. */
    public void exit(ExitInfo info) {
        callback = Callback.EXIT;
        enter();
        try {
            policy.exit(info);
        } catch (Throwable t) {
            threw(t, null);
        } finally {
            leave();
        }
    }

    /** Returns a number that is odd and stays the same as long as one call of the policy lasts. */
    public final long calls() {
        return (long) CALLS.getOpaque(this);
    }

    private void enter() {
        CALLS.setOpaque(this, calls + 1);
    }

    private void leave() {
        CALLS.setOpaque(this, calls + 1);
    }

    protected final void callIfListening(Callback kind, HostedTask task, long argument) {
        if (overridden.contains(kind)) {
            call(kind, task, argument);
        }
    }

    /**
     * Calls the policy; returns false if it threw, which is noted.
     *
     * <p>HotSpot inlines no method with more than 325 bytes of code (FreqInlineSize). This one has
     * more on purpose, which a test holds: so the policy and what it decides are compiled by
     * themselves. Inlined into the loop that reads the ring they share one budget with it
     * (NodeCountInliningCutoff), which runs out before the decision is written, and a decision
     * takes twice as long.
     */
    protected final boolean call(Callback kind, HostedTask task, long argument) {
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
                        noteSelected(task, cpu);
                    }
                }
                case DISPATCH -> policy.dispatch(dispatchCpu, task);
                case INIT, EXIT -> throw new AssertionError(kind);
            }
            return true;
        } catch (Throwable t) {
            threw(t, task);
            return false;
        } finally {
            CALLS.setOpaque(this, calls + 1);
        }
    }

    /**
     * Asks on which CPU a task that wakes up is to be. If the policy inserts it there and then,
     * into {@link Dsq#LOCAL}, that is carried out when it is known which one this is.
     */
    protected final void callSelectCpu(HostedTask task, long wakeFlags) {
        selecting = task;
        call(Callback.SELECT_CPU, task, wakeFlags);
        selecting = null;
        if (direct) {
            direct = false;
            insertBuiltIn(task, Dsq.LOCAL, directSliceNs, directFlags);
        }
    }

    /** Asks where a task is to go. One for which the policy throws is inserted with defaults. */
    protected final void callEnqueue(HostedTask task, long enqFlags) {
        if (!call(Callback.ENQUEUE, task, enqFlags) && task.held) {
            insertDefault(task);
        }
    }

    /**
     * Asks for work for a CPU. If the policy throws, the CPU is given the first task of its DSQs.
     */
    protected final void callDispatch(int cpu, HostedTask prev) {
        dispatchCpu = cpu;
        if (!call(Callback.DISPATCH, prev, 0)) {
            dispatchDefault();
        }
    }

    // ---- What is wrong ----------------------------------------------------------------------

    /** Notes what the policy threw; a subclass may throw what is not the policy's doing. */
    protected void threw(Throwable t, HostedTask about) {
        nrPolicyErrors++;
        faults.threw(callback.method(), t);
    }

    /** Notes that the call now running does not come back. One other thread may call it. */
    public final void hung(Thread thread, String message) {
        nrHung++;
        faults.last(callback.method(), message, thread.getStackTrace());
    }

    /** Notes what ended the loop that calls the policy. */
    public final void died(Throwable t) {
        nrPolicyErrors++;
        faults.last(
                callback.method(),
                "the policy's loop died: " + Faults.describe(t),
                Faults.stackOf(t));
    }

    /** Notes what is no callback's doing. */
    protected final void note(Callback where, String message) {
        faults.note(where.method(), message, message);
    }

    /** Returns the first few kinds of what the policy did wrong. Any thread may call it. */
    public final List<PolicyFault> faults() {
        return faults.list();
    }

    /**
     * Returns whether the policy has forgotten a task that waits for its decision. What is in a DSQ
     * is not forgotten: should it wait for too long, the kernel says so, and ends the policy.
     *
     * @param waitedNs for how long it has
     * @param idle whether a CPU is that the task may use
     */
    protected final boolean isForgotten(HostedTask task, long waitedNs, boolean idle) {
        return task.held
                && !isInDsq(task)
                && (waitedNs > forcedNs || idle && waitedNs > FORGOTTEN_NS);
    }

    /** Takes a task out of the policy's hands. */
    protected final void rescueForgotten(HostedTask task, long waitedNs) {
        nrForgotten++;
        String where = Callback.ENQUEUE.method();
        if (!faults.has(where, "forgotten")) {
            faults.note(
                    where,
                    "forgotten",
                    String.format(
                            Locale.ROOT,
                            "%s for %.1f s",
                            Misuse.forgotten(nameOf(task)),
                            waitedNs / 1e9));
        }
        insertDefault(task);
    }

    private void noteSelected(HostedTask task, int cpu) {
        String where = Callback.SELECT_CPU.method();
        if (!faults.has(where, "bounce")) {
            faults.note(where, "bounce", wrongCpu(task, cpu));
        }
    }

    private void noteBounce(HostedTask task, int cpu) {
        if (faults.has(callback.method(), "bounce")) {
            return; // looking for the line takes long
        }
        faults.note(
                callback.method(),
                "bounce",
                wrongCpu(task, cpu),
                Thread.currentThread().getStackTrace());
    }

    private String wrongCpu(HostedTask task, int cpu) {
        List<String> allowed =
                IntStream.range(0, nrCpus)
                        .filter(task::canRunOn)
                        .mapToObj(Integer::toString)
                        .toList();
        return Misuse.wrongCpu(nameOf(task), cpu, nrCpus, allowed);
    }

    /** Adds what was counted; any thread may call it. */
    protected final void addPolicyCounters(Map<String, Long> counters) {
        counters.put("nr_decided", nrDecided);
        counters.put("nr_forgotten", nrForgotten);
        counters.put("nr_policy_errors", nrPolicyErrors + nrHung);
        counters.put("nr_duplicate", nrDuplicate);
    }

    // ---- Verbs ------------------------------------------------------------------------------

    @Override
    public final void createDsq(long dsq) {
        checkGoesOn();
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
        if (dsqs.size() == MAX_DSQS) {
            throw new PolicyException("createDsq: %d is the most.".formatted(MAX_DSQS));
        }
        dsqs.add(newDsq(dsq, dsqs.size()));
    }

    @Override
    public final void insert(Task task, long dsq, long sliceNs, long enqFlags) {
        HostedTask decided = check("insert", task, sliceNs, enqFlags);
        if (dsq >= 0) {
            OwnDsq own = own("insert", dsq);
            own.use(false);
            if (isTaken(decided)) {
                insertFifo(decided, own, sliceNs, enqFlags & (Enq.HEAD | Enq.PREEMPT));
            }
        } else if (dsq == Dsq.GLOBAL) {
            if (isTaken(decided)) {
                insertBuiltIn(decided, dsq, sliceNs, enqFlags & (Enq.HEAD | Enq.PREEMPT));
            }
        } else {
            insertLocal(decided, dsq, sliceNs, enqFlags & (Enq.HEAD | Enq.PREEMPT));
        }
    }

    private void insertLocal(HostedTask task, long dsq, long sliceNs, long flags) {
        boolean here = dsq == Dsq.LOCAL;
        if (!here && !Dsq.isLocalOn(dsq)) {
            throw new PolicyException(Misuse.noDsq("insert", dsq));
        }
        if (!isTaken(task)) {
            return;
        }
        if (here && task == selecting) {
            direct = true;
            directSliceNs = sliceNs;
            directFlags = flags;
            return;
        }
        int cpu = here ? localCpu(task) : Dsq.cpuOf(dsq);
        if (task.canRunOn(cpu) || here && callback != Callback.DISPATCH) {
            insertBuiltIn(task, dsq, sliceNs, flags);
        } else {
            noteBounce(task, cpu);
            bounce(task, cpu, sliceNs, flags);
        }
    }

    /** Returns the CPU that {@link Dsq#LOCAL} means for a task in the callback that runs. */
    protected final int localCpu(HostedTask task) {
        return callback == Callback.DISPATCH ? dispatchCpu : task.cpu;
    }

    @Override
    public final void insertVtime(Task task, long dsq, long sliceNs, long vtime, long enqFlags) {
        HostedTask decided = check("insertVtime", task, sliceNs, enqFlags);
        if (dsq == Dsq.GLOBAL || dsq == Dsq.LOCAL || Dsq.isLocalOn(dsq)) {
            throw new PolicyException(Misuse.noVtimeThere());
        }
        OwnDsq own = own("insertVtime", dsq);
        own.use(true);
        if (isTaken(decided)) {
            decided.vtime = vtime;
            insertByVtime(decided, own, sliceNs, vtime);
        }
    }

    /** Says whether a decision about a task counts: the first one for an enqueue does. */
    private boolean isTaken(HostedTask task) {
        if (!task.held || isInDsq(task) || direct && task == selecting) {
            nrDuplicate++;
            return false;
        }
        nrDecided++;
        return true;
    }

    private HostedTask check(String verb, Task task, long sliceNs, long enqFlags) {
        checkGoesOn();
        if (task == null || sliceNs <= 0 || !callback.maySchedule()) {
            explain(verb, task, sliceNs);
        }
        if ((enqFlags & INTERNAL_FLAGS) != 0) {
            throw new PolicyException(Misuse.kernelFlags(verb, enqFlags & INTERNAL_FLAGS));
        }
        return (HostedTask) task;
    }

    private void explain(String verb, Task task, long sliceNs) {
        if (!callback.maySchedule()) {
            throw new PolicyException(Misuse.notHere(verb));
        }
        if (task == null) {
            throw new PolicyException(Misuse.noTask(verb));
        }
        if (sliceNs == 0) {
            throw new PolicyException(Misuse.zeroSlice(verb));
        }
        if (sliceNs < 0 && sliceNs != Policy.SLICE_INF_NS) {
            throw new PolicyException(Misuse.negativeSlice(verb, sliceNs));
        }
    }

    private OwnDsq find(long dsq) {
        for (int i = 0; i < dsqs.size(); i++) {
            if (dsqs.get(i).id == dsq) {
                return dsqs.get(i);
            }
        }
        return null;
    }

    private OwnDsq own(String verb, long dsq) {
        OwnDsq own = find(dsq);
        if (own == null) {
            throw new PolicyException(Misuse.noDsq(verb, dsq));
        }
        return own;
    }

    @Override
    public final boolean moveToLocal(long dsq) {
        checkGoesOn();
        if (callback != Callback.DISPATCH) {
            throw new PolicyException("moveToLocal is possible only in dispatch().");
        }
        return move(own("moveToLocal", dsq), dispatchCpu);
    }

    @Override
    public final void dispatchDefault() {
        for (int i = 0; i < dsqs.size(); i++) {
            if (moveToLocal(dsqs.get(i).id)) {
                return;
            }
        }
    }

    @Override
    public final int nrQueued(long dsq) {
        checkGoesOn();
        return length(own("nrQueued", dsq));
    }

    @Override
    public final void kick(int cpu, long kickFlags) {
        checkGoesOn();
        if (cpu < 0 || cpu >= nrCpus) {
            throw new PolicyException(Misuse.noCpu(cpu));
        }
        if ((kickFlags & ~KICK_FLAGS) != 0) {
            throw new PolicyException(Misuse.noKickFlags(kickFlags & ~KICK_FLAGS));
        }
        if (kickFlags == KICK_FLAGS) {
            throw new PolicyException(Misuse.bothKickFlags());
        }
        kickCpu(cpu, kickFlags);
    }

    @Override
    public final boolean isIdle(int cpu) {
        checkGoesOn();
        return cpu >= 0 && cpu < nrCpus && isIdleCpu(cpu);
    }

    @Override
    public final int pickIdleCpu(Task task) {
        checkGoesOn();
        if (task == null) {
            throw new PolicyException(Misuse.noTask("pickIdleCpu"));
        }
        return pickIdle((HostedTask) task);
    }
}
