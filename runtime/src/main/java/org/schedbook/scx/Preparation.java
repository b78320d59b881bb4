package org.schedbook.scx;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.schedbook.harness.CallWatch;
import org.schedbook.harness.Faults;
import org.schedbook.harness.NotMadeException;
import org.schedbook.harness.PolicyFault;
import org.schedbook.harness.PolicyMaker;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.Snapshot;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Topology;
import org.schedbook.posix.Posix;

/**
 * Runs the Java of a policy that is to decide in the kernel, its constructor and {@code init()}, on
 * a thread that may be given up.
 */
final class Preparation {

    private final KernelPolicy policy;
    private final Topology topology;
    private final Duration limit;
    private final CompletableFuture<Snapshot> result = new CompletableFuture<>();

    private volatile int tid;
    private volatile boolean made;

    /**
     * @param limit how long a call may take
     */
    Preparation(KernelPolicy policy, Topology topology, Duration limit) {
        this.policy = policy;
        this.topology = topology;
        this.limit = limit;
    }

    /** Returns what the policy's fields start with. */
    Snapshot run() throws AttachException {
        Thread thread = Thread.ofPlatform().name("policy-init").daemon().start(this::initialise);
        Duration pause = limit.dividedBy(LoopWatch.LOOKS);
        var calls = new CallWatch(LoopWatch.LOOKS);
        while (true) {
            try {
                return result.get(pause.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (isStuck(calls) && result.cancel(false)) {
                    PolicyHost.lose(thread);
                    throw new AttachException(
                            "The policy was given up: %s; nothing is attached."
                                    .formatted(hang(thread)),
                            PolicyHost.MEND);
                }
            } catch (ExecutionException e) {
                throw PolicyHost.explain(e.getCause());
            } catch (InterruptedException e) {
                PolicyHost.lose(thread); // it may yet return
                Thread.currentThread().interrupt();
                throw new AttachException(
                        "Interrupted while attaching; nothing is attached.", "Run the cell again.");
            }
        }
    }

    private void initialise() {
        try {
            tid = Posix.get().gettid();
            PolicyMaker maker = policy::newPolicy;
            Policy instance = maker.policy();
            made = true;
            result.complete(Snapshot.of(instance, policy.layout(), topology));
        } catch (NotMadeException e) {
            result.completeExceptionally(e);
        } catch (Throwable t) {
            result.completeExceptionally(failed(t));
        }
    }

    /** Standing still for want of memory is not the policy's doing. */
    private boolean isStuck(CallWatch calls) {
        long call = made ? 1 : CallWatch.CONSTRUCTOR;
        return calls.isStuck(Hindrances.waitsForKernel(tid) ? 0 : call);
    }

    private String hang(Thread thread) {
        String hung = CallWatch.hung(limit);
        if (!made) {
            return "its constructor " + hung;
        }
        int line = Faults.lineOf(policy.mainClass(), thread.getStackTrace());
        return new PolicyFault("init", hung, line).sentence();
    }

    /** May not return: what a policy throws may never say what it is. */
    private AttachException failed(Throwable thrown) {
        int line = Faults.lineOf(policy.mainClass(), Faults.stackOf(thrown));
        return new AttachException(
                new PolicyFault("init", Faults.describe(thrown), line).sentence(), PolicyHost.MEND);
    }
}
