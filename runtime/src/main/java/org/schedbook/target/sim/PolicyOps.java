package org.schedbook.target.sim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.schedbook.harness.Callback;
import org.schedbook.harness.HostedTask;
import org.schedbook.harness.OwnDsq;
import org.schedbook.harness.PolicyHarness;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Topology;
import org.schedbook.target.sim.Trace.Kind;

/** A policy in the simulated kernel, wherever it runs there. */
abstract class PolicyOps extends PolicyHarness implements Ops {

    final Kernel kernel;
    final boolean ownSelectCpu;
    final boolean ownDispatch;

    long nrEnqueued;
    long nrUserDispatches;
    long nrKernelDispatches;
    long nrBounceDispatches;

    PolicyOps(Kernel kernel, Policy policy, SimOptions options) {
        super(policy, kernel.cpus.length, options.watchdogNs());
        this.kernel = kernel;
        this.ownSelectCpu = overrides(Callback.SELECT_CPU);
        this.ownDispatch = overrides(Callback.DISPATCH);
    }

    @Override
    protected final void threw(Throwable t, HostedTask about) {
        if (t instanceof SimulationAborted aborted) {
            throw aborted;
        }
        super.threw(t, about);
        int cpu = about == null ? 0 : about.cpu;
        int pid = about == null ? 0 : about.pid;
        kernel.trace.add(kernel.now, Kind.FAULT, cpu, pid, 0, 0);
    }

    /** Ends a loop in a policy, if it calls anything. */
    @Override
    protected final void checkGoesOn() {
        if (kernel.aborted) {
            throw new SimulationAborted();
        }
    }

    // ---- Tasks a policy lost --------------------------------------------------------------

    @Override
    public final void keepHouse() {
        for (SimTask task = kernel.firstRunnable(); task != null; task = task.runnableNext) {
            long waited = kernel.now - task.runnableAt;
            if (isForgotten(task, waited, kernel.anyIdleFor(task))) {
                rescueForgotten(task, waited);
            }
        }
    }

    @Override
    protected final void insertDefault(HostedTask hosted) {
        SimTask task = (SimTask) hosted;
        drop(task);
        nrUserDispatches++;
        kernel.insert(task, Dsq.GLOBAL, Policy.SLICE_DFL_NS, 0, null);
        int cpu = kernel.pickIdle(task, task.cpu, 0, null);
        if (cpu >= 0) {
            kernel.kick(cpu, Kick.IDLE);
        }
    }

    /** Takes a held task out of wherever it waits for the policy's decision to be carried out. */
    void drop(SimTask task) {}

    // ---- How decisions are carried out ------------------------------------------------------

    @Override
    protected final boolean isInDsq(HostedTask task) {
        return ((SimTask) task).queue != null;
    }

    @Override
    protected final int length(OwnDsq dsq) {
        return dsq.size();
    }

    @Override
    protected final boolean isIdleCpu(int cpu) {
        return kernel.isIdle(cpu);
    }

    @Override
    protected final String nameOf(HostedTask task) {
        return ((SimTask) task).name();
    }

    @Override
    public final Topology topology() {
        return kernel.topology;
    }

    @Override
    public final long nowNs() {
        checkGoesOn();
        return kernel.now;
    }

    // ---- What was counted -----------------------------------------------------------------

    Map<String, Long> counters() {
        var counters = new LinkedHashMap<String, Long>();
        counters.put("nr_enqueued", nrEnqueued);
        counters.put("nr_user_dispatches", nrUserDispatches);
        counters.put("nr_kernel_dispatches", nrKernelDispatches);
        counters.put("nr_bounce_dispatches", nrBounceDispatches);
        addPolicyCounters(counters);
        return counters;
    }
}
