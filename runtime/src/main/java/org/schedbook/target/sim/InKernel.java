package org.schedbook.target.sim;

import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;

/** A policy that runs in the kernel: asked at the event, obeyed at once. */
final class InKernel extends PolicyOps {

    private boolean selecting;

    InKernel(Kernel kernel, Policy policy, SimOptions options) {
        super(kernel, policy, options);
    }

    @Override
    public int selectCpu(SimTask task, int prevCpu, long wakeFlags, Cpu waker) {
        if (ownSelectCpu) {
            charge(waker);
            task.held = true;
            selecting = true;
            int cpu = callSelectCpu(task, prevCpu, wakeFlags);
            selecting = false;
            task.held = false;
            return cpu;
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
        callEnqueue(task, enqFlags);
    }

    @Override
    public void dispatch(Cpu cpu, SimTask prev) {
        cpu.debtNs += kernel.costs.callbackNs();
        callDispatch(cpu, prev);
    }

    private void charge(Cpu cpu) {
        if (cpu != null && cpu.curr != null) {
            cpu.curr.debtNs += kernel.costs.callbackNs();
        }
    }

    @Override
    public void runnable(SimTask task, long enqFlags) {
        callRunnable(task, enqFlags);
    }

    @Override
    public void running(SimTask task) {
        callRunning(task);
    }

    @Override
    public void stopping(SimTask task, boolean runnable) {
        callStopping(task, runnable);
    }

    @Override
    public void quiescent(SimTask task, long deqFlags) {
        callQuiescent(task, deqFlags);
    }

    @Override
    public void tick(SimTask task) {
        callTick(task);
    }

    @Override
    public void exitTask(SimTask task) {
        callExitTask(task);
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
    void decide(SimTask task, long dsq, long sliceNs, long enqFlags) {
        if (selecting && task == subject) {
            // Inserted when the CPU is known that LOCAL means; enqueue is skipped.
            task.directDsq = dsq;
            task.directFlags = enqFlags;
            task.sliceNs = sliceNs;
            task.held = false;
            return;
        }
        kernel.insert(task, dsq, sliceNs, enqFlags, dispatching);
    }

    @Override
    DispatchQueue own(long dsq) {
        return kernel.dsq(dsq);
    }

    @Override
    boolean moveToLocal(DispatchQueue queue) {
        return kernel.moveToLocal(queue, dispatching);
    }

    @Override
    void decideKick(int cpu, long kickFlags) {
        kernel.kick(cpu, kickFlags);
    }
}
