package org.schedbook.target.sim;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.schedbook.harness.CallWatch;
import org.schedbook.harness.Faults;
import org.schedbook.harness.NotMadeException;
import org.schedbook.harness.PolicyFault;
import org.schedbook.harness.PolicyMaker;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.target.sim.SimResult.Outcome;

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

    /** How often the policy is looked at; a call that lasts for longer is the end of it. */
    private static final long WATCH_MS = 20;

    private static final Duration CALL_DEADLINE = Duration.ofSeconds(2);

    private static final int EXIT_ERROR_BPF = 1025;
    private static final int EXIT_ERROR = 1024;

    private final PolicyMaker maker;
    private final SimWorkload workload;
    private final SimMachine machine;
    private final SimOptions options;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    // Made by the thread that runs the policy; null as long as its constructor runs.
    private volatile Kernel kernel;
    private volatile PolicyOps ops;

    private Simulation(
            PolicyMaker maker, SimWorkload workload, SimMachine machine, SimOptions options) {
        this.maker = maker;
        this.workload = workload;
        this.machine = machine;
        this.options = options;
    }

    /**
     * Runs a workload under a policy to its end. The policy is used up by it; make a new one for
     * the next run.
     *
     * @throws IllegalArgumentException if a task may use a CPU that the machine does not have
     * @throws IllegalStateException if a program is wrong, as by unlocking what it has not locked
     */
    public static SimResult run(
            Policy policy, SimWorkload workload, SimMachine machine, SimOptions options) {
        try {
            return run(policy.getClass().getName(), () -> policy, workload, machine, options);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("it is made already", e);
        }
    }

    /**
     * Runs a workload under a policy that is made for it.
     *
     * <p>Whatever the policy does, its constructor included, this returns: a call that loops for
     * ever is given up after two seconds. If such a loop calls nothing, its thread cannot be
     * stopped and goes on as a daemon of the lowest priority.
     *
     * @param name of the policy's class
     * @throws NotMadeException if the policy cannot be made
     */
    public static SimResult run(
            String name,
            PolicyMaker maker,
            SimWorkload workload,
            SimMachine machine,
            SimOptions options)
            throws NotMadeException {
        return new Simulation(maker, workload, machine, options).run(name);
    }

    private SimResult run(String name) throws NotMadeException {
        Thread thread = Thread.ofPlatform().name("simulation").daemon().start(this::simulate);
        Optional<String> hung = watch(thread);
        if (hung.isPresent()) {
            return hung(name, thread, hung.get());
        }
        switch (failure.get()) {
            case null -> {}
            case NotMadeException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
        return kernel.result(name, ops.counters(), ops.faults());
    }

    /** Ends the thread if that is possible, and says what is known. */
    private SimResult hung(String name, Thread thread, String message) {
        PolicyOps ops = this.ops;
        Kernel kernel = this.kernel;
        List<PolicyFault> faults =
                List.of(new PolicyFault("constructor", message, lineOf(thread, name)));
        if (ops != null) {
            ops.hung(thread, message);
            faults = ops.faults();
            kernel.aborted = true;
        }
        thread.setPriority(Thread.MIN_PRIORITY);
        return new SimResult(
                workload.name(),
                name,
                Outcome.DEADLINE,
                error("simulation deadline", message),
                kernel == null ? 0 : kernel.now,
                kernel == null ? 0 : kernel.nrEvents,
                0,
                List.of(),
                List.of(),
                List.of(),
                ops == null ? Map.of() : ops.counters(),
                faults,
                List.of(),
                new Trace(0));
    }

    private static int lineOf(Thread thread, String name) {
        return Faults.lineOf(name, thread.getStackTrace());
    }

    private void simulate() {
        try {
            Policy policy = maker.policy();
            kernel =
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
            kernel.end(
                    Outcome.INIT_FAILED, error("init failed", ops.faults().getFirst().message()));
            return false;
        }
    }

    private static ExitInfo error(String reason, String message) {
        int kind = reason.startsWith("init") ? EXIT_ERROR_BPF : EXIT_ERROR;
        return new ExitInfo(kind, 0, reason, message, "");
    }

    /** Waits for the end; returns what is wrong if it does not come. */
    private Optional<String> watch(Thread thread) {
        long started = System.nanoTime();
        var calls = new CallWatch((int) (CALL_DEADLINE.toMillis() / WATCH_MS));
        try {
            while (!thread.join(Duration.ofMillis(WATCH_MS))) {
                PolicyOps running = ops;
                if (calls.isStuck(running == null ? CallWatch.CONSTRUCTOR : running.calls())) {
                    return Optional.of(CallWatch.hung(CALL_DEADLINE));
                }
                if (System.nanoTime() - started > options.deadline().toNanos()) {
                    return Optional.of(
                            "the simulation took more than %d ms of real time"
                                    .formatted(options.deadline().toMillis()));
                }
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
