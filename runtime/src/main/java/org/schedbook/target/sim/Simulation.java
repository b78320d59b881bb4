package org.schedbook.target.sim;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimResult.PolicyFault;

/**
 * Runs a policy in the simulator.
 *
 * <pre>{@code
 * SimResult result = Simulation.run(
 *         policy, SimWorkload.messaging(4, 100), SimMachine.flat(8), SimOptions.DEFAULT);
 * System.out.println(result.outcome() + " after " + result.timeNs() + " ns");
 * result.latencies().forEach(System.out::println);
 * result.findings().forEach(System.out::println);
 * }</pre>
 */
public final class Simulation {

    /** A single call of the policy that takes longer is the end of the simulation. */
    private static final long CALL_DEADLINE_NS = 2_000_000_000;

    private static final long WATCH_MS = 20;

    private static final int EXIT_ERROR_BPF = 1025;
    private static final int EXIT_ERROR = 1024;

    private final SimOptions options;
    private final Kernel kernel;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private PolicyOps ops;

    private Simulation(
            Policy policy, SimWorkload workload, SimMachine machine, SimOptions options) {
        this.options = options;
        this.kernel =
                new Kernel(
                        workload,
                        machine,
                        options,
                        made -> {
                            ops =
                                    options.mode() == SimOptions.Mode.KERNEL
                                            ? new InKernel(made, policy, options)
                                            : new InUserSpace(made, policy, options);
                            return ops;
                        });
    }

    /**
     * Runs a workload under a policy to its end. The policy is used up by it; make a new one for
     * the next run.
     *
     * <p>Whatever the policy does, this returns: a call that loops for ever is given up after two
     * seconds. If such a loop calls nothing, its thread can not be stopped and goes on as a daemon
     * of the lowest priority.
     *
     * @throws IllegalArgumentException if a task may use a CPU that the machine does not have
     * @throws IllegalStateException if a program is wrong, as by unlocking what it has not locked
     */
    public static SimResult run(
            Policy policy, SimWorkload workload, SimMachine machine, SimOptions options) {
        var simulation = new Simulation(policy, workload, machine, options);
        return simulation.run(policy.getClass().getName(), workload);
    }

    private SimResult run(String policy, SimWorkload workload) {
        Thread thread = Thread.ofPlatform().name("simulation").daemon().start(this::simulate);
        PolicyFault hung = watch(thread);
        if (hung != null) {
            return new SimResult(
                    workload.name(),
                    policy,
                    Outcome.DEADLINE,
                    error("simulation deadline", hung.message()),
                    kernel.now,
                    kernel.nrEvents,
                    0,
                    List.of(),
                    List.of(),
                    List.of(),
                    ops.counters(),
                    List.of(hung),
                    List.of(),
                    new Trace(0));
        }
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
        return kernel.result(policy, ops.counters(), ops.faults());
    }

    private void simulate() {
        try {
            if (init()) {
                kernel.run();
                ops.exit(kernel.exit());
            }
        } catch (SimulationAborted e) {
            // Whoever set the flag knows why.
        } catch (Throwable t) {
            failure.set(t);
        }
    }

    private boolean init() {
        try {
            ops.init();
            return true;
        } catch (SimulationAborted e) {
            throw e;
        } catch (Throwable t) {
            ops.fault(t);
            ops.leave();
            kernel.end(Outcome.INIT_FAILED, error("init failed", t.toString()));
            return false;
        }
    }

    private static ExitInfo error(String reason, String message) {
        int kind = reason.startsWith("init") ? EXIT_ERROR_BPF : EXIT_ERROR;
        return new ExitInfo(kind, 0, reason, message, "");
    }

    /** Waits for the end; returns what is wrong if it does not come. */
    private PolicyFault watch(Thread thread) {
        long started = System.nanoTime();
        long seen = -1;
        long since = started;
        try {
            while (!thread.join(Duration.ofMillis(WATCH_MS))) {
                long now = System.nanoTime();
                long calls = ops.calls();
                if (calls % 2 == 0 || calls != seen) {
                    seen = calls;
                    since = now;
                } else if (now - since > CALL_DEADLINE_NS) {
                    return abort(thread, "did not return within 2 s of real time");
                }
                if (now - started > options.deadline().toNanos()) {
                    return abort(
                            thread,
                            "the simulation took more than %d ms of real time"
                                    .formatted(options.deadline().toMillis()));
                }
            }
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return abort(thread, "interrupted");
        }
    }

    private PolicyFault abort(Thread thread, String message) {
        PolicyFault fault = ops.hung(message, thread.getStackTrace());
        kernel.aborted = true;
        thread.setPriority(Thread.MIN_PRIORITY);
        return fault;
    }
}
