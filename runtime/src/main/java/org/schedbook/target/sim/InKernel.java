package org.schedbook.target.sim;

import org.schedbook.harness.Callback;
import org.schedbook.harness.Faults;
import org.schedbook.harness.HostedTask;
import org.schedbook.harness.OwnDsq;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;

/** A policy that runs in the kernel: asked at the event, obeyed at once. */
final class InKernel extends PolicyOps {

    /** The task whose CPU is being selected, if any. */
    private SimTask selecting;

    /** The CPU that asks for work, if any does. */
    private Cpu dispatching;

    /** The policy's class, null if nobody wants to know its lines. */
    private final String lined;

    InKernel(Kernel kernel, Policy policy, SimOptions options) {
        super(kernel, policy, options);
        this.lined = options.lines() ? policy.getClass().getName() : null;
    }

    @Override
    public int selectCpu(SimTask task, int prevCpu, long wakeFlags, Cpu waker) {
        if (ownSelectCpu) {
            charge(waker);
            task.held = true;
            selecting = task;
            callSelectCpu(task, wakeFlags);
            selecting = null;
            task.held = false;
            return task.cpu;
        }
        // select_task_rq_scx() without ops.select_cpu.
        int cpu = kernel.pickIdle(task, prevCpu, wakeFlags, waker);
        if (cpu < 0) {
            return prevCpu;
        }
        task.directDsq = Dsq.LOCAL;
        task.directFlags = 0;
        task.sliceNs = Policy.SLICE_DFL_NS;
        nrKernelDispatches++;
        return cpu;
    }

    @Override
    public void enqueue(SimTask task, long enqFlags) {
        charge(kernel.cpus[task.cpu]);
        nrEnqueued++;
        callEnqueue(task, enqFlags);
        task.ranNs = 0;
    }

    @Override
    public void dispatch(Cpu cpu, SimTask prev) {
        cpu.debtNs += kernel.costs.callbackNs();
        dispatching = cpu;
        callDispatch(cpu.id, prev);
        dispatching = null;
    }

    private void charge(Cpu cpu) {
        if (cpu != null && cpu.curr != null) {
            cpu.curr.debtNs += kernel.costs.callbackNs();
        }
    }

    @Override
    public void runnable(SimTask task, long enqFlags) {
        callIfListening(Callback.RUNNABLE, task, enqFlags);
    }

    @Override
    public void running(SimTask task) {
        callIfListening(Callback.RUNNING, task, 0);
    }

    @Override
    public void stopping(SimTask task, boolean runnable) {
        callIfListening(Callback.STOPPING, task, runnable ? 1 : 0);
    }

    @Override
    public void quiescent(SimTask task, long deqFlags) {
        callIfListening(Callback.QUIESCENT, task, deqFlags);
    }

    @Override
    public void tick(SimTask task) {
        callIfListening(Callback.TICK, task, 0);
    }

    @Override
    public void exitTask(SimTask task) {
        callIfListening(Callback.EXIT_TASK, task, 0);
    }

    @Override
    public long beginRound() {
        throw new AssertionError("there is no loop in the kernel");
    }

    @Override
    public boolean endRound() {
        throw new AssertionError("there is no loop in the kernel");
    }

    @Override
    protected OwnDsq newDsq(long id, int index) {
        return kernel.createDsq(id, index);
    }

    @Override
    protected void insertBuiltIn(HostedTask task, long dsq, long sliceNs, long flags) {
        nrUserDispatches++;
        place((SimTask) task, dsq, sliceNs, flags);
    }

    @Override
    protected void bounce(HostedTask task, int cpu, long sliceNs, long flags) {
        nrBounceDispatches++;
        place((SimTask) task, Dsq.localOn(task.cpu), sliceNs, flags);
    }

    @Override
    protected void insertFifo(HostedTask task, OwnDsq dsq, long sliceNs, long flags) {
        nrUserDispatches++;
        place((SimTask) task, dsq.id, sliceNs, flags);
    }

    @Override
    protected void insertByVtime(HostedTask task, OwnDsq dsq, long sliceNs, long vtime) {
        nrUserDispatches++;
        place((SimTask) task, dsq.id, sliceNs, Kernel.ENQ_DSQ_PRIQ);
    }

    private void place(SimTask task, long dsq, long sliceNs, long flags) {
        if (lined != null) {
            task.insertedInLine = Faults.lineOf(lined);
        }
        if (task == selecting) {
            // Inserted when the CPU is known that LOCAL means; enqueue is skipped.
            task.directDsq = dsq;
            task.directFlags = flags;
            task.sliceNs = sliceNs;
            task.held = false;
            return;
        }
        kernel.insert(task, dsq, sliceNs, flags, dispatching);
    }

    @Override
    protected boolean move(OwnDsq dsq, int cpu) {
        return kernel.moveToLocal((DispatchQueue) dsq, kernel.cpus[cpu]);
    }

    /** Nobody else is given it until it has been busy: {@code scx_bpf_pick_idle_cpu}. */
    @Override
    protected int pickIdle(HostedTask task) {
        return kernel.pickIdle((SimTask) task, task.cpu, 0, null);
    }

    @Override
    protected void kickCpu(int cpu, long flags) {
        kernel.kick(cpu, flags);
    }
}
