package org.schedbook.target.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.schedbook.harness.PolicyFault;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Enq;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Topology;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimTask.State;
import org.schedbook.target.sim.Trace.Kind;

/**
 * The simulated kernel: CPUs, tasks, and the part of {@code kernel/sched/ext.c} that connects them
 * with a scheduler. Function names in comments are that file's, as of Linux 7.1.
 *
 * <p>Everything happens in events, one at a time. A callback can cause further events and never
 * another callback, so nothing here is entered twice.
 */
final class Kernel {

    // Flags of include/linux/sched.h and kernel/sched/sched.h that callbacks see.
    static final long WAKE_FORK = 0x4;
    static final long WAKE_TTWU = 0x8;
    static final long WAKE_SYNC = 0x10;
    static final long ENQ_CPU_SELECTED = 0x100000;
    static final long DEQ_SLEEP = 0x1;

    /** SCX_ENQ_DSQ_PRIQ: into the DSQ by vtime. */
    static final long ENQ_DSQ_PRIQ = 1L << 57;

    /** SCX_EXIT_ERROR_STALL. */
    private static final int EXIT_ERROR_STALL = 1026;

    /** SCX_EXIT_UNREG. */
    private static final int EXIT_UNREG = 64;

    /** SCX_DSP_MAX_LOOPS. */
    private static final int DISPATCH_MAX_LOOPS = 32;

    private static final long HOUSEKEEPING_NS = 500_000_000;

    /**
     * Longest time a task computes in one event, so that a loop of nothing else comes up for air.
     */
    private static final long MAX_COMPUTE_NS = 100_000_000;

    /** How often a task that computes until some time looks whether it has come. */
    private static final long LOOK_AT_CLOCK_NS = 1_000_000;

    /** How often a task that computes for a span of time looks whether it is over. */
    private static final long LOOK_AT_SPAN_NS = 100_000;

    private static final int FIRST_PID = 2;

    final Topology topology;
    final CostModel costs;
    final Cpu[] cpus;
    final DispatchQueue global = new DispatchQueue(Dsq.GLOBAL);

    /** The DSQs of the policy's own, in the order of creation. */
    final List<DispatchQueue> dsqs = new ArrayList<>();

    final Trace trace;

    long now;
    long nrEvents;
    volatile boolean aborted;

    private final SimOptions options;
    private final SimWorkload workload;
    private final long tickNs;
    private final Ops ops;
    private final EventQueue queue;
    private final List<SimTask> tasks = new ArrayList<>();
    private final Map<String, LatencyHistogram> latencies = new LinkedHashMap<>();
    private final Pipe[] pipes;
    private final Mutex[] locks;
    private final WaitQueue[] waitQueues;

    /** When each timer that tasks share is due. */
    private final long[] timers;

    private final long endNs;

    private final IdleCpus idleCpus;
    private final FaultFinder faultFinder;
    private final Map<Long, DispatchQueue> dsqsById = new HashMap<>();

    /** Those with small numbers, so that finding them allocates nothing. */
    private final DispatchQueue[] smallDsqs = new DispatchQueue[4096];

    private final int tickSource;
    private final int watchdogSource;

    private SimTask firstRunnable;
    private SimTask lastRunnable;
    private int nrBusy;
    private int nrAlive;
    private long nrMessages;

    /** The CPU whose next event was not put into the queue yet, since it may be the next of all. */
    private Cpu deferred;

    private Outcome outcome;
    private ExitInfo exit = new ExitInfo(EXIT_UNREG, 0, "unregistered from user space", "", "");

    Kernel(SimWorkload workload, SimMachine machine, SimOptions options, OpsMaker maker) {
        this.workload = workload;
        this.options = options;
        this.topology = machine.topology();
        this.costs = machine.costs();
        this.tickNs = machine.tickNs();
        this.trace = new Trace(options.maxTrace());
        int nrCpus = topology.nrCpus();
        this.cpus = new Cpu[nrCpus];
        for (Topology.Cpu place : topology.cpus()) {
            cpus[place.id()] = new Cpu(place);
        }
        this.idleCpus = new IdleCpus(cpus);
        this.faultFinder = new FaultFinder(this, options);
        this.pipes = workload.pipes().stream().map(Pipe::new).toArray(Pipe[]::new);
        this.locks = new Mutex[workload.nrLocks()];
        Arrays.setAll(locks, i -> new Mutex());
        this.waitQueues = new WaitQueue[workload.nrWaitQueues()];
        Arrays.setAll(waitQueues, i -> new WaitQueue());
        this.timers = new long[workload.nrTimers()];
        Arrays.fill(timers, SimTask.NEVER);
        this.endNs = Math.min(options.limitNs(), workload.endNs());
        this.tickSource = 2 * nrCpus;
        this.watchdogSource = tickSource + 1;
        this.queue = new EventQueue(watchdogSource + 1 + workload.tasks().size());
        this.ops = maker.make(this);
    }

    /** Makes the other half of a kernel, which needs this half. */
    interface OpsMaker {
        Ops make(Kernel kernel);
    }

    // ---- Running --------------------------------------------------------------------------

    /** Runs to the end, whatever that is. */
    void run() {
        for (SimWorkload.TaskSpec spec : workload.tasks()) {
            SimTask task =
                    newTask(spec, SimTask.mix(options.seed() * SimTask.GOLDEN + tasks.size()));
            queue.schedule(task.source, spec.startNs());
        }
        boolean endsItself =
                workload.endNs() < Long.MAX_VALUE && workload.endNs() <= options.limitNs();
        while (outcome == null) {
            if (nrAlive == 0) {
                outcome = Outcome.COMPLETED;
            } else if (queue.size() == 0 && !endsItself) {
                outcome = Outcome.DEADLOCK;
            } else if (queue.size() == 0 || queue.nextTime() > endNs) {
                now = endNs;
                outcome = endsItself ? Outcome.DURATION : Outcome.TIME_LIMIT;
            } else {
                now = queue.nextTime();
                handle(queue.poll());
                runOn();
            }
        }
        finish();
    }

    /** Goes on with the CPU that has just had an event for as long as nothing else happens. */
    private void runOn() {
        while (deferred != null) {
            Cpu cpu = deferred;
            deferred = null;
            if (cpu.computedAt >= queue.nextTime() || cpu.computedAt > endNs || outcome != null) {
                queue.schedule(work(cpu), cpu.computedAt);
                return;
            }
            now = cpu.computedAt;
            handle(work(cpu));
        }
    }

    private void handle(int source) {
        if ((++nrEvents & 0xfff) == 0) {
            if (aborted) {
                throw new SimulationAborted();
            }
            if (nrEvents >= options.maxEvents()) {
                outcome = Outcome.EVENT_BUDGET;
                return;
            }
        }
        if (source < tickSource) {
            Cpu cpu = cpus[source >> 1];
            if ((source & 1) == 0) {
                account(cpu);
                cpu.curr.leftNs = 0;
                step(cpu, cpu.curr);
            } else {
                schedule(cpu);
            }
        } else if (source == tickSource) {
            tick();
        } else if (source == watchdogSource) {
            watchdog();
        } else {
            timer(source - watchdogSource - 1);
        }
    }

    private static int work(Cpu cpu) {
        return 2 * cpu.id;
    }

    private static int resched(Cpu cpu) {
        return 2 * cpu.id + 1;
    }

    private void timer(int nr) {
        SimTask task = tasks.get(nr);
        wake(task, null, task.state == State.NEW ? WAKE_FORK : WAKE_TTWU);
    }

    private SimTask newTask(SimWorkload.TaskSpec spec, long random) {
        int nr = tasks.size();
        var task =
                new SimTask(
                        FIRST_PID + nr,
                        spec,
                        latencies.computeIfAbsent(spec.comm(), LatencyHistogram::new),
                        watchdogSource + 1 + nr,
                        cpus.length,
                        random);
        tasks.add(task);
        nrAlive++;
        return task;
    }

    /** Makes the task that runs the user-space loop; it does not count as work to be done. */
    SimTask newLoopTask() {
        var spec = SimWorkload.TaskSpec.of("policy-loop", Program.USER_SPACE_LOOP);
        return new SimTask(1, spec, new LatencyHistogram(spec.comm()), -1, cpus.length, 0);
    }

    // ---- Waking and sleeping --------------------------------------------------------------

    /** {@code try_to_wake_up} and {@code wake_up_new_task}. */
    void wake(SimTask task, Cpu waker, long wakeFlags) {
        boolean isNew = task.state == State.NEW;
        if (isNew) {
            task.bornNs = now;
            if (waker != null && task.canRunOn(waker.id)) {
                task.cpu = waker.id;
            }
        }
        task.state = State.QUEUED;
        task.execRuntimeNs = 0;
        task.woken = true;
        task.nrWakeups++;
        long enqFlags = isNew ? 0 : Enq.WAKEUP;
        trace.add(now, Kind.WAKE, task.cpu, task.pid, pidOf(waker), 0);
        if (waker != null && waker.curr != null && !waker.curr.measured) {
            waker.curr.debtNs += costs.wakeupNs();
        }
        if (task.nrCpusAllowed() > 1) {
            int cpu = ops.selectCpu(task, task.cpu, wakeFlags, waker);
            if (cpu >= 0 && cpu < cpus.length && task.canRunOn(cpu)) {
                task.cpu = cpu;
            }
            enqFlags |= isNew ? 0 : ENQ_CPU_SELECTED;
        }
        addRunnable(task);
        ops.runnable(task, enqFlags);
        if (task.directDsq != SimTask.NO_DSQ) {
            long dsq = task.directDsq;
            task.directDsq = SimTask.NO_DSQ;
            insert(task, dsq, task.sliceNs, task.directFlags, null);
        } else {
            enqueue(task, enqFlags);
        }
        // wakeup_preempt(): the CPU that was selected looks for work if it is idle.
        Cpu cpu = cpus[task.cpu];
        if (cpu.curr == null) {
            reschedule(cpu, costs.idleExitNs());
        }
    }

    private static long pidOf(Cpu cpu) {
        return cpu == null || cpu.curr == null ? 0 : cpu.curr.pid;
    }

    /** {@code do_enqueue_task}. */
    private void enqueue(SimTask task, long enqFlags) {
        task.held = true;
        task.enqCnt++;
        trace.add(now, Kind.ENQUEUE, task.cpu, task.pid, enqFlags, 0);
        ops.enqueue(task, enqFlags);
    }

    private void addRunnable(SimTask task) {
        task.runnableAt = now;
        task.runnablePrev = lastRunnable;
        task.runnableNext = null;
        if (lastRunnable == null) {
            firstRunnable = task;
            if (!queue.isPending(watchdogSource)) {
                queue.schedule(watchdogSource, now + housekeepingNs());
            }
        } else {
            lastRunnable.runnableNext = task;
        }
        lastRunnable = task;
    }

    private void removeRunnable(SimTask task) {
        if (task.runnablePrev == null) {
            firstRunnable = task.runnableNext;
        } else {
            task.runnablePrev.runnableNext = task.runnableNext;
        }
        if (task.runnableNext == null) {
            lastRunnable = task.runnablePrev;
        } else {
            task.runnableNext.runnablePrev = task.runnablePrev;
        }
    }

    /** The running task goes to sleep, or ends: {@code dequeue_task_scx}, then another one runs. */
    private void block(Cpu cpu, SimTask task, State state) {
        task.state = state;
        task.stopNs = now;
        boolean dead = state == State.DEAD;
        trace.add(now, dead ? Kind.EXIT : Kind.SLEEP, cpu.id, task.pid, 0, 0);
        ops.stopping(task, false);
        ops.quiescent(task, DEQ_SLEEP);
        if (dead) {
            task.endNs = now;
            nrAlive--;
            faultFinder.ended(task);
            ops.exitTask(task);
        } else {
            task.slept = true;
        }
        schedule(cpu);
    }

    // ---- DSQs -----------------------------------------------------------------------------

    /** Creates a DSQ, of whose number there is none yet. */
    DispatchQueue createDsq(long id, int index) {
        var dsq = new DispatchQueue(id, index);
        dsqs.add(dsq);
        if (id < smallDsqs.length) {
            smallDsqs[(int) id] = dsq;
        } else {
            dsqsById.put(id, dsq);
        }
        return dsq;
    }

    private DispatchQueue dsq(long id) {
        return id >= 0 && id < smallDsqs.length ? smallDsqs[(int) id] : dsqsById.get(id);
    }

    /**
     * Puts a runnable task into a DSQ: {@code dispatch_enqueue}. The caller has seen to it that the
     * DSQ exists and the task may use the CPU of a local one.
     *
     * @param here the CPU that {@link Dsq#LOCAL} means, null for the task's own
     */
    void insert(SimTask task, long dsq, long sliceNs, long enqFlags, Cpu here) {
        if (here != null) {
            here.nrDispatched++;
        }
        task.held = false;
        task.sliceNs = sliceNs;
        trace.add(now, Kind.INSERT, task.cpu, task.pid, dsq, sliceNs);
        if ((enqFlags & ENQ_DSQ_PRIQ) != 0) {
            trace.vtimeOfLast(task.vtime);
        }
        if (task.insertedInLine != 0) {
            trace.lineOfLast(task.insertedInLine);
            task.insertedInLine = 0;
        }
        if (dsq == Dsq.LOCAL) {
            insertLocal(task, here == null ? cpus[task.cpu] : here, enqFlags);
        } else if (Dsq.isLocalOn(dsq)) {
            insertLocal(task, cpus[Dsq.cpuOf(dsq)], enqFlags);
        } else {
            addTo(dsq == Dsq.GLOBAL ? global : dsq(dsq), task, enqFlags);
        }
    }

    private static void addTo(DispatchQueue dsq, SimTask task, long enqFlags) {
        if ((enqFlags & ENQ_DSQ_PRIQ) != 0) {
            dsq.addByVtime(task);
        } else if ((enqFlags & (Enq.HEAD | Enq.PREEMPT)) != 0) {
            dsq.addFirst(task);
        } else {
            dsq.addLast(task);
        }
    }

    private void insertLocal(SimTask task, Cpu cpu, long enqFlags) {
        task.cpu = cpu.id;
        addTo(cpu.local, task, enqFlags);
        // local_dsq_post_enq()
        if (cpu.inBalance) {
            return;
        }
        if (cpu.curr == null) {
            reschedule(cpu, costs.idleExitNs());
        } else if ((enqFlags & Enq.PREEMPT) != 0 && cpu.curr != task) {
            preempt(cpu);
        }
    }

    /** Moves the first task that may run there to a CPU's local DSQ: {@code consume_dispatch_q}. */
    boolean moveToLocal(DispatchQueue dsq, Cpu cpu) {
        SimTask task = dsq.size() == 0 ? null : dsq.firstFor(cpu.id);
        if (task == null) {
            return false;
        }
        dsq.remove(task);
        task.cpu = cpu.id;
        cpu.local.addLast(task);
        return true;
    }

    /** {@code scx_bpf_kick_cpu}. */
    void kick(int id, long kickFlags) {
        Cpu cpu = cpus[id];
        trace.add(now, Kind.KICK, id, 0, kickFlags, 0);
        if (cpu.curr == null) {
            reschedule(cpu, costs.idleExitNs());
        } else if ((kickFlags & Kick.IDLE) == 0) {
            if ((kickFlags & Kick.PREEMPT) != 0) {
                preempt(cpu);
            } else {
                reschedule(cpu, costs.ipiNs());
            }
        }
    }

    /** The running task's slice is over: {@code resched_curr} with a slice of 0. */
    void preempt(Cpu cpu) {
        account(cpu);
        cpu.curr.sliceNs = 0;
        reschedule(cpu, costs.ipiNs());
    }

    private void reschedule(Cpu cpu, long delayNs) {
        if (!queue.isPending(resched(cpu))) {
            queue.schedule(resched(cpu), now + delayNs);
        }
    }

    // ---- Picking --------------------------------------------------------------------------

    /** {@code __schedule}: a CPU decides what to run. */
    private void schedule(Cpu cpu) {
        queue.cancel(resched(cpu));
        account(cpu);
        SimTask prev = cpu.curr;
        boolean prevRunnable = prev != null && prev.state == State.RUNNING;
        cpu.inBalance = true;
        SimTask next = pick(cpu, prev, prevRunnable);
        cpu.inBalance = false;
        if (next != null && next == prev && prevRunnable) {
            return;
        }
        if (prevRunnable) {
            putPrev(cpu, prev);
        }
        setNext(cpu, prev, next);
    }

    /** {@code balance_one} and {@code pick_task_scx}. */
    private SimTask pick(Cpu cpu, SimTask prev, boolean prevRunnable) {
        if (prevRunnable && prev.sliceNs != 0) {
            return prev;
        }
        if (cpu.local.size() > 0 || moveToLocal(global, cpu)) {
            return cpu.local.first();
        }
        SimTask asked = prev != null && prev.state != State.DEAD ? prev : null;
        for (int loop = 0; loop < DISPATCH_MAX_LOOPS; loop++) {
            cpu.nrDispatched = 0;
            trace.add(now, Kind.DISPATCH, cpu.id, 0, 0, 0);
            ops.dispatch(cpu, asked);
            if (prevRunnable && prev.sliceNs != 0) {
                return prev;
            }
            if (cpu.local.size() > 0 || moveToLocal(global, cpu)) {
                return cpu.local.first();
            }
            if (cpu.nrDispatched == 0) {
                break;
            }
            if (loop == DISPATCH_MAX_LOOPS - 1) {
                reschedule(cpu, tickNs);
            }
        }
        if (prevRunnable) {
            prev.sliceNs = Policy.SLICE_DFL_NS;
            return prev;
        }
        return null;
    }

    /** {@code put_prev_task_scx} for a task that still wants the CPU. */
    private void putPrev(Cpu cpu, SimTask prev) {
        queue.cancel(work(cpu));
        prev.leftNs = cpu.computedAt - now;
        prev.state = State.QUEUED;
        prev.stopNs = now;
        prev.nrPreemptions++;
        trace.add(now, Kind.PREEMPT, cpu.id, prev.pid, 0, 0);
        ops.stopping(prev, true);
        addRunnable(prev);
        enqueue(prev, 0);
    }

    /** {@code set_next_task_scx}, or the CPU becomes idle. */
    private void setNext(Cpu cpu, SimTask prev, SimTask next) {
        if (prev != null) {
            prev.cpuBusyMark = cpu.busyNs;
            prev.lastCpu = cpu.id;
            cpu.last = prev;
        }
        if (next == null) {
            if (prev != null) {
                cpu.idleSince = now;
                cpu.couldRun = null;
                cpu.couldRunNs = 0;
                nrBusy--;
            }
            cpu.curr = null;
            idleCpus.set(cpu, true);
            return;
        }
        if (prev == null) {
            idleCpus.set(cpu, false);
            faultFinder.idleEnds(cpu);
            nrBusy++;
        }
        cpu.local.remove(next);
        removeRunnable(next);
        noteWait(next);
        if (next.woken) {
            next.woken = false;
            next.latencies.record(now - next.runnableAt);
        }
        if (next.sliceNs == 0) {
            next.sliceNs = Policy.SLICE_DFL_NS;
        }
        next.debtNs += cpu.debtNs + switchCost(cpu, next);
        cpu.debtNs = 0;
        next.state = State.RUNNING;
        next.startNs = now;
        next.nrStarts++;
        cpu.curr = next;
        cpu.nrSwitches++;
        cpu.accountedAt = now;
        trace.add(now, Kind.START, cpu.id, next.pid, 0, 0);
        ops.running(next);
        compute(cpu, next);
        queue.schedule(work(cpu), cpu.computedAt);
        if (!queue.isPending(tickSource)) {
            queue.schedule(tickSource, (now / tickNs + 1) * tickNs);
        }
    }

    private void noteWait(SimTask task) {
        long waited = now - task.runnableAt;
        task.waitNs += waited;
        task.maxWaitNs = Math.max(task.maxWaitNs, waited);
        faultFinder.waited(task, waited);
    }

    private long switchCost(Cpu cpu, SimTask next) {
        if (next.lastCpu == cpu.id) {
            if (cpu.last == next) {
                return 0;
            }
            long others = Math.min(cpu.busyNs - next.cpuBusyMark, costs.cacheDecayNs());
            return costs.contextSwitchNs() + costs.cacheRefillNs() * others / costs.cacheDecayNs();
        }
        if (next.lastCpu < 0) {
            return costs.contextSwitchNs() + costs.cacheRefillNs();
        }
        next.nrMigrations++;
        Topology.Cpu from = cpus[next.lastCpu].place;
        Topology.Cpu to = cpu.place;
        long migration =
                from.core() == to.core()
                        ? costs.migrateCoreNs()
                        : from.llc() == to.llc()
                                ? costs.migrateLlcNs()
                                : from.node() == to.node()
                                        ? costs.migrateNodeNs()
                                        : costs.migrateRemoteNs();
        return costs.contextSwitchNs() + migration;
    }

    /** Sets when the running task will have worked off what it owes and computed what it has to. */
    private void compute(Cpu cpu, SimTask task) {
        task.leftNs += task.debtNs;
        task.debtNs = 0;
        cpu.computedAt = now + task.leftNs;
    }

    /** {@code update_curr_scx}: charges the running task for its time. */
    void account(Cpu cpu) {
        SimTask task = cpu.curr;
        long ran = now - cpu.accountedAt;
        if (task == null || ran == 0) {
            return;
        }
        cpu.accountedAt = now;
        cpu.busyNs += ran;
        task.runNs += ran;
        task.ranNs += ran;
        task.execRuntimeNs += ran;
        if (task.sliceNs > 0) {
            task.sliceNs = Math.max(0, task.sliceNs - ran);
        }
    }

    // ---- Time passing ---------------------------------------------------------------------

    /** {@code task_tick_scx} on every CPU that is not idle; an idle one has its tick stopped. */
    private void tick() {
        for (Cpu cpu : cpus) {
            SimTask task = cpu.curr;
            if (task == null || task.state != State.RUNNING) {
                continue;
            }
            account(cpu);
            if (costs.tickNs() > 0) {
                cpu.computedAt += costs.tickNs();
                queue.schedule(work(cpu), cpu.computedAt);
            }
            ops.tick(task);
            if (task.sliceNs == 0) {
                schedule(cpu);
            }
        }
        if (nrBusy > 0) {
            queue.schedule(tickSource, now + tickNs);
        }
    }

    private long housekeepingNs() {
        return Math.min(HOUSEKEEPING_NS, options.watchdogNs() / 2);
    }

    /** {@code scx_watchdog_workfn}, and what else is done now and then while tasks wait. */
    private void watchdog() {
        if (firstRunnable == null) {
            return;
        }
        long waited = now - firstRunnable.runnableAt;
        if (waited > options.watchdogNs()) {
            String message =
                    "%s failed to run for %d.%03ds"
                            .formatted(
                                    firstRunnable.name(),
                                    waited / 1_000_000_000,
                                    waited / 1_000_000 % 1000);
            exit = new ExitInfo(EXIT_ERROR_STALL, 0, "runnable task stall", message, "");
            outcome = Outcome.STALLED;
            return;
        }
        ops.keepHouse();
        queue.schedule(watchdogSource, now + housekeepingNs());
    }

    List<SimTask> tasks() {
        return tasks;
    }

    SimTask firstRunnable() {
        return firstRunnable;
    }

    // ---- Programs -------------------------------------------------------------------------

    /** Goes on with a task that has computed what it had to, up to where time passes again. */
    private void step(Cpu cpu, SimTask task) {
        long[] code = task.code;
        for (; ; ) {
            int pc = task.pc;
            int op = Program.op(code, pc);
            if (op == Program.RUN) {
                task.leftNs += task.draw(Program.first(code, pc), Program.second(code, pc));
                task.pc = pc + 1;
                if (task.leftNs >= MAX_COMPUTE_NS) {
                    break;
                }
            } else if (op == Program.UNTIL) {
                long left = task.bornNs + Program.first(code, pc) - now - task.leftNs;
                if (left > 0) {
                    task.leftNs += Math.min(left, LOOK_AT_CLOCK_NS);
                    break;
                }
                task.pc = pc + 1;
            } else if (op == Program.SPAN) {
                if (task.leftNs + task.debtNs > 0) {
                    break;
                }
                if (task.spanEndNs == SimTask.NEVER) {
                    task.spanEndNs = now + Program.first(code, pc);
                }
                long left = task.spanEndNs - now;
                if (left > 0) {
                    task.leftNs = Math.min(left, LOOK_AT_SPAN_NS);
                    break;
                }
                task.spanEndNs = SimTask.NEVER;
                task.pc = pc + 1;
            } else if (op == Program.LOOP) {
                task.loopsLeft[task.depth++] = Program.first(code, pc);
                task.pc = pc + 1;
            } else if (op == Program.END) {
                if (--task.loopsLeft[task.depth - 1] > 0) {
                    task.pc = (int) Program.second(code, pc) + 1;
                } else {
                    task.depth--;
                    task.pc = pc + 1;
                }
            } else {
                if (!task.paid) {
                    task.paid = true;
                    task.leftNs +=
                            op == Program.ROUND ? ops.beginRound() : syscallNs(task, op, code, pc);
                }
                if (task.leftNs + task.debtNs > 0) {
                    break;
                }
                if (!perform(cpu, task, code, op)) {
                    return;
                }
                task.paid = false;
            }
        }
        compute(cpu, task);
        deferred = cpu;
    }

    private long syscallNs(SimTask task, int op, long[] code, int pc) {
        boolean atOnce = op == Program.WAIT && Program.second(code, pc) != 0;
        if (task.measured || atOnce) {
            return 0;
        }
        boolean message = op == Program.SEND || op == Program.RECEIVE;
        return costs.syscallNs()
                + (message && pipes[(int) Program.first(code, pc)].socket ? costs.socketNs() : 0);
    }

    /** Does what takes effect at an instant; returns whether the task goes on at once. */
    private boolean perform(Cpu cpu, SimTask task, long[] code, int op) {
        int nr = (int) Program.first(code, task.pc);
        switch (op) {
            case Program.SLEEP -> {
                return sleepUntil(
                        cpu,
                        task,
                        now
                                + task.draw(
                                        Program.first(code, task.pc),
                                        Program.second(code, task.pc)));
            }
            case Program.PERIOD -> {
                long period = Program.first(code, task.pc);
                long begins = task.bornNs + ((now - task.bornNs) / period + 1) * period;
                return sleepUntil(cpu, task, begins);
            }
            case Program.TIMER -> {
                long how = Program.second(code, task.pc);
                long[] due = (how & Program.SHARED) != 0 ? timers : task.timers;
                int timer = (int) (how >> Program.TIMER_SHIFT);
                if (due[timer] == SimTask.NEVER) {
                    due[timer] = task.spec.startNs();
                }
                due[timer] += Program.first(code, task.pc);
                if (now < due[timer]) {
                    return sleepUntil(cpu, task, due[timer]);
                }
                if ((how & Program.ABSOLUTE) == 0) {
                    due[timer] = now;
                }
            }
            case Program.SEND -> {
                Pipe pipe = pipes[nr];
                if (pipe.count == pipe.capacity) {
                    return waitFor(cpu, task, pipe.senders);
                }
                pipe.count++;
                wakeFirst(pipe.receivers, cpu, WAKE_TTWU | WAKE_SYNC);
            }
            case Program.RECEIVE -> {
                Pipe pipe = pipes[nr];
                if (pipe.count == 0) {
                    return waitFor(cpu, task, pipe.receivers);
                }
                pipe.count--;
                nrMessages++;
                if (pipe.count <= pipe.lowWater) {
                    // wake_up_interruptible_sync_poll(): all of them.
                    for (int i = pipe.senders.size(); i > 0; i--) {
                        wakeFirst(pipe.senders, cpu, WAKE_TTWU | WAKE_SYNC);
                    }
                }
            }
            case Program.LOCK -> {
                if (locks[nr].owner != null) {
                    return waitFor(cpu, task, locks[nr].waiters);
                }
                locks[nr].owner = task;
            }
            case Program.UNLOCK -> {
                boolean any = Program.second(code, task.pc) != 0;
                if (locks[nr].owner != task && !any) {
                    throw new IllegalStateException(
                            "%s unlocks lock %d at %d ns and does not have it"
                                    .formatted(task.name(), nr, now));
                }
                locks[nr].owner = null;
                wakeFirst(locks[nr].waiters, cpu, WAKE_TTWU);
            }
            case Program.CONDITION -> {
                Mutex lock = locks[(int) Program.second(code, task.pc)];
                lock.owner = null;
                wakeFirst(lock.waiters, cpu, WAKE_TTWU);
                task.pc++;
                task.paid = false;
                return waitFor(cpu, task, waitQueues[nr]);
            }
            case Program.BARRIER -> {
                WaitQueue waiting = waitQueues[nr];
                if (waiting.size() + 1 < Program.second(code, task.pc)) {
                    task.pc++;
                    task.paid = false;
                    return waitFor(cpu, task, waiting);
                }
                while (waiting.size() > 0) {
                    wakeFirst(waiting, cpu, WAKE_TTWU);
                }
            }
            case Program.WAIT -> {
                task.pc++;
                task.paid = false;
                return waitFor(cpu, task, waitQueues[nr]);
            }
            case Program.WAKE -> {
                WaitQueue waiting = waitQueues[nr];
                long woken = Math.min(Program.second(code, task.pc), waiting.size());
                for (long i = 0; i < woken; i++) {
                    wakeFirst(waiting, cpu, WAKE_TTWU);
                }
            }
            case Program.FORK -> {
                SimTask child = newTask(workload.templates().get(nr), task.split());
                if (child.spec.startNs() > now) {
                    queue.schedule(child.source, child.spec.startNs());
                } else {
                    wake(child, cpu, WAKE_FORK);
                }
            }
            case Program.YIELD -> {
                task.sliceNs = 0;
                task.pc++;
                task.paid = false;
                return giveUp(cpu, task);
            }
            case Program.ROUND -> {
                boolean more = ops.endRound();
                task.pc++;
                task.paid = false;
                if (more) {
                    // sched_yield(): the decisions of this round go first.
                    task.sliceNs = 0;
                    return giveUp(cpu, task);
                }
                block(cpu, task, State.SLEEPING);
                return false;
            }
            case Program.EXIT -> {
                block(cpu, task, State.DEAD);
                return false;
            }
            default -> throw new AssertionError(op);
        }
        task.pc++;
        return true;
    }

    /** {@code sched_yield}: the slice is over; returns whether the task keeps the CPU. */
    private boolean giveUp(Cpu cpu, SimTask task) {
        cpu.computedAt = now;
        schedule(cpu);
        return cpu.curr == task;
    }

    private boolean sleepUntil(Cpu cpu, SimTask task, long time) {
        task.pc++;
        task.paid = false;
        queue.schedule(task.source, time);
        block(cpu, task, State.SLEEPING);
        return false;
    }

    private boolean waitFor(Cpu cpu, SimTask task, WaitQueue waiting) {
        waiting.add(task);
        block(cpu, task, State.SLEEPING);
        return false;
    }

    private void wakeFirst(WaitQueue waiting, Cpu waker, long wakeFlags) {
        SimTask task = waiting.poll();
        if (task != null) {
            wake(task, waker, wakeFlags);
        }
    }

    /** Tasks that sleep until others wake them, first in, first out; a list through the tasks. */
    private static final class WaitQueue {
        private SimTask first;
        private SimTask last;
        private int size;

        int size() {
            return size;
        }

        void add(SimTask task) {
            task.waitNext = null;
            if (first == null) {
                first = task;
            } else {
                last.waitNext = task;
            }
            last = task;
            size++;
        }

        SimTask poll() {
            SimTask task = first;
            if (task != null) {
                first = task.waitNext;
                size--;
            }
            return task;
        }
    }

    private static final class Pipe {
        final int capacity;
        final int lowWater;
        final boolean socket;
        final WaitQueue senders = new WaitQueue();
        final WaitQueue receivers = new WaitQueue();
        int count;

        Pipe(SimWorkload.PipeSpec spec) {
            this.capacity = spec.capacity();
            this.lowWater = spec.lowWater();
            this.socket = spec.socket();
        }
    }

    private static final class Mutex {
        final WaitQueue waiters = new WaitQueue();
        SimTask owner;
    }

    // ---- Idle CPUs ------------------------------------------------------------------------

    boolean isIdle(int cpu) {
        return idleCpus.has(cpu);
    }

    boolean anyIdleFor(SimTask task) {
        return idleCpus.hasOneFor(task);
    }

    boolean anyIdle() {
        return !idleCpus.isEmpty();
    }

    /** See {@link IdleCpus#pick}. */
    int pickIdle(SimTask task, int prevCpu, long wakeFlags, Cpu waker) {
        return idleCpus.pick(task, prevCpu, wakeFlags, waker);
    }

    // ---- The end --------------------------------------------------------------------------

    private void finish() {
        for (Cpu cpu : cpus) {
            account(cpu);
        }
        for (SimTask task = firstRunnable; task != null; task = task.runnableNext) {
            noteWait(task);
        }
        faultFinder.finish(outcome);
    }

    /** Ends the simulation before it began. */
    void end(Outcome outcome, ExitInfo exit) {
        this.outcome = outcome;
        this.exit = exit;
    }

    ExitInfo exit() {
        return exit;
    }

    /** Puts together what came out. */
    SimResult result(String policy, Map<String, Long> counters, List<PolicyFault> faults) {
        var taskResults = new ArrayList<SimResult.TaskResult>();
        for (SimTask task : tasks) {
            taskResults.add(
                    new SimResult.TaskResult(
                            task.pid,
                            task.tgid,
                            task.spec.comm(),
                            task.weight(),
                            task.spec.cpus(),
                            task.runNs,
                            task.waitNs,
                            task.maxWaitNs,
                            task.bornNs,
                            task.endNs,
                            task.nrWakeups,
                            task.nrStarts,
                            task.nrPreemptions,
                            task.nrMigrations));
        }
        var cpuResults = new ArrayList<SimResult.CpuResult>();
        for (Cpu cpu : cpus) {
            cpuResults.add(
                    new SimResult.CpuResult(
                            cpu.id, cpu.busyNs, Math.max(0, now - cpu.busyNs), cpu.nrSwitches));
        }
        return new SimResult(
                workload.name(),
                policy,
                outcome,
                exit,
                now,
                nrEvents,
                nrMessages,
                taskResults,
                cpuResults,
                latencies.values().stream().map(LatencyHistogram::summary).toList(),
                counters,
                faults,
                faultFinder.findings(),
                trace);
    }
}
