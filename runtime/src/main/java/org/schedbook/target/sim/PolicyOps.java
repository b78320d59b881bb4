package org.schedbook.target.sim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Enq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;
import org.schedbook.policy.PolicyException;
import org.schedbook.policy.Scx;
import org.schedbook.policy.Task;
import org.schedbook.policy.Topology;
import org.schedbook.target.sim.SimResult.PolicyFault;
import org.schedbook.target.sim.Trace.Kind;

/**
 * Calls a policy and takes what it throws. What it does wrong is counted and noted, and never costs
 * a task its turn.
 */
abstract class PolicyOps implements Ops, Scx {

    /** The age at which a task that the policy holds while a CPU is idle counts as forgotten. */
    private static final long FORGOTTEN_NS = 1_000_000_000;

    private static final int MAX_FAULTS = 16;

    private static final VarHandle CALLS;

    static {
        try {
            CALLS = MethodHandles.lookup().findVarHandle(PolicyOps.class, "calls", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Kernel kernel;
    final Policy policy;
    final boolean ownSelectCpu;
    final boolean ownDispatch;

    /** What callback is running; null in none. */
    String callback;

    /** The CPU of the {@code dispatch} that is running, else null. */
    Cpu dispatching;

    /** The task the callback is about; null if it is about none. */
    SimTask subject;

    long nrUserDispatches;
    long nrKernelDispatches;
    long nrBounceDispatches;

    /** Grows when a call of the policy starts and when it ends: odd means inside one. */
    private long calls;

    private final long forcedNs;
    private final List<PolicyFault> faults = new ArrayList<>();
    private long nrPolicyErrors;
    private long nrForgotten;
    private long nrDuplicate;

    PolicyOps(Kernel kernel, Policy policy, SimOptions options) {
        this.kernel = kernel;
        this.policy = policy;
        this.forcedNs = options.watchdogNs() * 6 / 10;
        this.ownSelectCpu = overrides("selectCpu", Task.class, int.class, long.class);
        this.ownDispatch = overrides("dispatch", int.class, Task.class);
    }

    final boolean overrides(String method, Class<?>... parameters) {
        try {
            return policy.getClass().getMethod(method, parameters).getDeclaringClass()
                    != Policy.class;
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    // ---- Life -----------------------------------------------------------------------------

    /** Has the policy prepare itself; throws what it throws. */
    void init() {
        Scx.bind(policy, this);
        enter("init", null);
        policy.init();
        leave();
    }

    void exit(ExitInfo info) {
        enter("exit", null);
        try {
            policy.exit(info);
        } catch (Throwable t) {
            fault(t);
        }
        leave();
    }

    final void enter(String name, SimTask task) {
        callback = name;
        subject = task;
        CALLS.setOpaque(this, calls + 1);
    }

    final void leave() {
        CALLS.setOpaque(this, calls + 1);
        callback = null;
        subject = null;
    }

    /** Returns a number that is odd and stays the same as long as one call of the policy lasts. */
    final long calls() {
        return (long) CALLS.getOpaque(this);
    }

    final void fault(Throwable t) {
        if (t instanceof SimulationAborted aborted) {
            throw aborted;
        }
        String message = t instanceof PolicyException ? t.getMessage() : t.toString();
        fault(message, lineOf(t.getStackTrace()));
    }

    /** Returns the line of the policy's source that a stack goes through, 0 if none. */
    private int lineOf(StackTraceElement[] stack) {
        String own = policy.getClass().getName();
        for (StackTraceElement frame : stack) {
            String name = frame.getClassName();
            if (name.equals(own) || name.startsWith(own + "$")) {
                return Math.max(frame.getLineNumber(), 0);
            }
        }
        return 0;
    }

    private void fault(String message, int line) {
        nrPolicyErrors++;
        int pid = subject == null ? 0 : subject.pid;
        kernel.trace.add(kernel.now, Kind.FAULT, subject == null ? 0 : subject.cpu, pid, 0, 0);
        if (faults.size() < MAX_FAULTS) {
            faults.add(new PolicyFault(kernel.now, callback, pid, message, line));
        }
    }

    /** Describes the call that is running and does not return; for the thread that watches. */
    final PolicyFault hung(String message, StackTraceElement[] stack) {
        String where = callback;
        return new PolicyFault(kernel.now, where == null ? "" : where, 0, message, lineOf(stack));
    }

    // ---- The calls that both kinds of scheduler make ---------------------------------------

    final void callEnqueue(SimTask task, long enqFlags) {
        enter("enqueue", task);
        try {
            policy.enqueue(task, enqFlags);
        } catch (Throwable t) {
            fault(t);
            if (task.held) {
                rescue(task);
            }
        }
        leave();
        task.ranNs = 0;
    }

    final int callSelectCpu(SimTask task, int prevCpu, long wakeFlags) {
        int cpu = prevCpu;
        enter("selectCpu", task);
        try {
            cpu = policy.selectCpu(task, prevCpu, wakeFlags);
            if (cpu < 0 || cpu >= kernel.cpus.length || !task.canRunOn(cpu)) {
                fault("selectCpu returned %d, where %s may not run".formatted(cpu, task), 0);
                cpu = prevCpu;
            }
        } catch (Throwable t) {
            fault(t);
        }
        leave();
        return cpu;
    }

    final void callDispatch(Cpu cpu, SimTask prev) {
        enter("dispatch", prev);
        dispatching = cpu;
        try {
            policy.dispatch(cpu.id, prev);
        } catch (Throwable t) {
            fault(t);
        }
        dispatching = null;
        leave();
    }

    final void callRunnable(SimTask task, long enqFlags) {
        enter("runnable", task);
        try {
            policy.runnable(task, enqFlags);
        } catch (Throwable t) {
            fault(t);
        }
        leave();
    }

    final void callRunning(SimTask task) {
        enter("running", task);
        try {
            policy.running(task);
        } catch (Throwable t) {
            fault(t);
        }
        leave();
    }

    final void callStopping(SimTask task, boolean runnable) {
        enter("stopping", task);
        try {
            policy.stopping(task, runnable);
        } catch (Throwable t) {
            fault(t);
        }
        leave();
    }

    final void callQuiescent(SimTask task, long deqFlags) {
        enter("quiescent", task);
        try {
            policy.quiescent(task, deqFlags);
        } catch (Throwable t) {
            fault(t);
        }
        leave();
    }

    final void callTick(SimTask task) {
        enter("tick", task);
        try {
            policy.tick(task);
        } catch (Throwable t) {
            fault(t);
        }
        leave();
    }

    final void callDequeue(SimTask task) {
        enter("dequeue", task);
        try {
            policy.dequeue(task, 0);
        } catch (Throwable t) {
            fault(t);
        }
        leave();
    }

    final void callExitTask(SimTask task) {
        enter("exitTask", task);
        try {
            policy.exitTask(task);
        } catch (Throwable t) {
            fault(t);
        }
        leave();
    }

    // ---- Tasks a policy lost --------------------------------------------------------------

    @Override
    public void keepHouse() {
        for (SimTask task = kernel.firstRunnable(); task != null; task = task.runnableNext) {
            long age = kernel.now - task.runnableAt;
            if (task.held && (age > forcedNs || kernel.anyIdle() && age > FORGOTTEN_NS)) {
                nrForgotten++;
                callDequeue(task);
                if (task.held) {
                    rescue(task);
                }
            }
        }
    }

    /** Dispatches a task with defaults. */
    private void rescue(SimTask task) {
        drop(task);
        kernel.insert(task, Dsq.GLOBAL, Policy.SLICE_DFL_NS, 0, null);
        int cpu = kernel.pickIdle(task, task.cpu, 0, null);
        if (cpu >= 0) {
            kernel.kick(cpu, Kick.IDLE);
        }
    }

    /** Takes a held task out of wherever it waits for the policy's decision to be carried out. */
    void drop(SimTask task) {}

    // ---- Verbs ----------------------------------------------------------------------------

    /** Carries out a decision about a task that the policy holds; the flags may say by vtime. */
    abstract void decide(SimTask task, long dsq, long sliceNs, long enqFlags);

    /** A DSQ of the policy's own, as it is seen from where the policy runs. */
    abstract DispatchQueue own(long dsq);

    @Override
    public void createDsq(long dsq) {
        checkAborted();
        if (!"init".equals(callback)) {
            throw new PolicyException("createDsq(%d) is possible only in init().".formatted(dsq));
        }
        if (dsq < 0 || dsq > Integer.MAX_VALUE) {
            throw new PolicyException(
                    "createDsq(%d): the number must be from 0 to 2^31 - 1.".formatted(dsq));
        }
        if (!kernel.createDsq(dsq)) {
            throw new PolicyException("createDsq(%d): there is one already.".formatted(dsq));
        }
    }

    @Override
    public void insert(Task task, long dsq, long sliceNs, long enqFlags) {
        SimTask decided = check(task, sliceNs);
        long flags = enqFlags & (Enq.HEAD | Enq.PREEMPT);
        boolean fixed = dsq == Dsq.GLOBAL || dsq == Dsq.LOCAL;
        if (!fixed && !Dsq.isLocalOn(dsq) && !find(dsq).use(false)) {
            throw mixed(dsq);
        }
        if (!decided.held) {
            nrDuplicate++;
            return;
        }
        int cpu = dispatching != null && dsq == Dsq.LOCAL ? dispatching.id : Dsq.cpuOf(dsq);
        boolean local = Dsq.isLocalOn(dsq) || dispatching != null && dsq == Dsq.LOCAL;
        if (local && (cpu < 0 || cpu >= kernel.cpus.length || !decided.canRunOn(cpu))) {
            nrBounceDispatches++;
            decide(decided, Dsq.localOn(decided.cpu), sliceNs, flags);
            return;
        }
        nrUserDispatches++;
        decide(decided, dsq, sliceNs, flags);
    }

    @Override
    public void insertVtime(Task task, long dsq, long sliceNs, long vtime, long enqFlags) {
        SimTask decided = check(task, sliceNs);
        if (dsq == Dsq.GLOBAL || dsq == Dsq.LOCAL || Dsq.isLocalOn(dsq)) {
            throw new PolicyException(
                    "insertVtime is possible only into a DSQ made with createDsq in init().");
        }
        if (!find(dsq).use(true)) {
            throw mixed(dsq);
        }
        if (!decided.held) {
            nrDuplicate++;
            return;
        }
        nrUserDispatches++;
        decided.vtime = vtime;
        decide(decided, dsq, sliceNs, Kernel.ENQ_DSQ_PRIQ);
    }

    private SimTask check(Task task, long sliceNs) {
        checkAborted();
        if (task == null) {
            throw new PolicyException("insert: the task is null.");
        }
        if (sliceNs == 0) {
            throw new PolicyException("insert: the slice must be more than 0 ns.");
        }
        return (SimTask) task;
    }

    private static PolicyException mixed(long dsq) {
        return new PolicyException(
                "DSQ %d is used both with insert and with insertVtime; create one for each."
                        .formatted(dsq));
    }

    final DispatchQueue find(long dsq) {
        DispatchQueue queue = own(dsq);
        if (queue == null) {
            throw new PolicyException(
                    "There is no DSQ %d; create it with createDsq in init().".formatted(dsq));
        }
        return queue;
    }

    @Override
    public boolean moveToLocal(long dsq) {
        checkAborted();
        if (dispatching == null) {
            throw new PolicyException("moveToLocal is possible only in dispatch().");
        }
        return moveToLocal(find(dsq));
    }

    abstract boolean moveToLocal(DispatchQueue queue);

    @Override
    public void dispatchDefault() {
        checkAborted();
        for (int i = 0; i < kernel.dsqs.size(); i++) {
            if (moveToLocal(own(kernel.dsqs.get(i).id))) {
                return;
            }
        }
    }

    @Override
    public int nrQueued(long dsq) {
        checkAborted();
        return find(dsq).size();
    }

    @Override
    public void kick(int cpu, long kickFlags) {
        checkAborted();
        if (cpu < 0 || cpu >= kernel.cpus.length) {
            throw new PolicyException("kick: there is no CPU %d.".formatted(cpu));
        }
        decideKick(cpu, kickFlags);
    }

    abstract void decideKick(int cpu, long kickFlags);

    @Override
    public boolean isIdle(int cpu) {
        checkAborted();
        return cpu >= 0 && cpu < kernel.cpus.length && kernel.isIdle(cpu);
    }

    @Override
    public int pickIdleCpu(Task task) {
        checkAborted();
        SimTask picked = (SimTask) task;
        return kernel.pickIdle(picked, picked.cpu, 0, null);
    }

    @Override
    public Topology topology() {
        return kernel.topology;
    }

    @Override
    public long nowNs() {
        checkAborted();
        return kernel.now;
    }

    /** Ends a loop in a policy, if it calls anything. */
    private void checkAborted() {
        if (kernel.aborted) {
            throw new SimulationAborted();
        }
    }

    // ---- What was counted -----------------------------------------------------------------

    Map<String, Long> counters() {
        var counters = new LinkedHashMap<String, Long>();
        counters.put("nr_user_dispatches", nrUserDispatches);
        counters.put("nr_kernel_dispatches", nrKernelDispatches);
        counters.put("nr_bounce_dispatches", nrBounceDispatches);
        counters.put("nr_duplicate", nrDuplicate);
        counters.put("nr_forgotten", nrForgotten);
        counters.put("nr_policy_errors", nrPolicyErrors);
        return counters;
    }

    List<PolicyFault> faults() {
        return List.copyOf(faults);
    }
}
