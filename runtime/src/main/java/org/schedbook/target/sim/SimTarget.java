package org.schedbook.target.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.harness.NotMadeException;
import org.schedbook.harness.PolicyFault;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Load;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimOptions.Mode;
import org.schedbook.target.sim.SimResult.Outcome;

/**
 * A simulated machine as a target: a workload that has a model prints the simulated figures that
 * the real one would print. Each run is a simulation of its own, from time 0 with a new instance of
 * the policy and the next seed. Not thread-safe.
 */
public final class SimTarget implements Target {

    /** What {@link Machine#target} says of figures that are simulated. */
    public static final String NAME = "sim";

    /** {@code SCX_EXIT_UNREG}: kernel/sched/ext_internal.h. */
    private static final int EXIT_UNREG = 64;

    private static final ExitInfo ASKED_FOR =
            new ExitInfo(EXIT_UNREG, 0, "unregistered from user space", "", "");

    private final SimMachine machine;
    private final SimOptions options;
    private SimAttachment attached;
    private long nrRuns;

    /**
     * @param options how to simulate; the seed is that of the first run
     */
    public SimTarget(SimMachine machine, SimOptions options) {
        this.machine = machine;
        this.options = options;
    }

    @Override
    public Machine machine() {
        return new Machine(
                NAME,
                "simulated, policy in %s, costs %s"
                        .formatted(
                                options.mode() == Mode.KERNEL ? "the kernel" : "user space",
                                machine.costs().name()),
                Machine.SIMULATED_CLOCK,
                "",
                machine.topology().nrCpus(),
                0,
                System.getProperty("java.version"));
    }

    @Override
    public Attachment attach(CompiledPolicy policy, AttachOptions options) throws TargetException {
        if (!options.equals(AttachOptions.DEFAULT)) {
            throw new TargetException(
                    "The simulator has one class of tasks, and idle CPUs as the policy has it.",
                    "Attach without these options, or in a guest: %target vm.",
                    "");
        }
        if (attached != null) {
            throw new TargetException(
                    attached.policy.name() + " is attached.", "Detach it first: %detach.", "");
        }
        attached = new SimAttachment(policy);
        return attached;
    }

    @Override
    public String state() {
        return attached == null || attached.exit != null ? "disabled" : "enabled";
    }

    @Override
    public CommandResult run(List<String> command, Duration limit, Consumer<String> sink)
            throws TargetException {
        throw noModel(String.join(" ", command));
    }

    private static TargetException noModel(String what) {
        return new TargetException(
                "The simulator has no model of '%s': it runs workloads, not programs."
                        .formatted(what),
                "%sim? names those that it has models of; %target vm runs any.",
                "");
    }

    @Override
    public CommandResult run(Load load, Duration limit)
            throws TargetException, InterruptedException {
        SimModel known =
                (load instanceof Modelled modelled ? modelled.model() : Optional.<SimModel>empty())
                        .orElseThrow(() -> noModel(load.name()));
        if (attached == null || attached.exit != null) {
            throw new TargetException(
                    "The simulator has no model of EEVDF, the kernel's own scheduler.",
                    "Compare policies with each other, or measure in a guest: %target vm.",
                    "");
        }
        SimResult result =
                simulate(
                        attached.policy,
                        known.workload(),
                        machine,
                        options.withSeed(options.seed() + nrRuns++).withDeadline(limit));
        attached.ran(result);
        if (result.outcome() == Outcome.COMPLETED) {
            return new CommandResult(0, known.output().apply(result) + "\n", "");
        }
        return new CommandResult(1, "", describe(result));
    }

    /**
     * Simulates a workload under a new instance of a policy, in a process of its own.
     *
     * @throws TargetException if the policy cannot be created, or takes more memory than it may
     * @throws InterruptedException if this thread is interrupted; the simulation has ended then
     */
    public static SimResult simulate(
            CompiledPolicy policy, SimWorkload workload, SimMachine machine, SimOptions options)
            throws TargetException, InterruptedException {
        return simulateAll(List.of(policy), workload, machine, options).getFirst();
    }

    /**
     * Simulates a workload under several policies, on all cores of this machine at once, which
     * changes no result, and in a process of their own.
     *
     * @return the results, in the order of the policies
     * @throws TargetException if a policy cannot be created, or takes more memory than it may
     * @throws InterruptedException if this thread is interrupted; the simulations have ended then
     * @throws IllegalArgumentException as {@link Simulation#run} does
     */
    public static List<SimResult> simulateAll(
            List<CompiledPolicy> policies,
            SimWorkload workload,
            SimMachine machine,
            SimOptions options)
            throws TargetException, InterruptedException {
        return SimulatorProcess.simulate(policies, workload, machine, options);
    }

    /** Simulates in this process, which a policy may keep from its end. */
    private static SimResult simulateHere(
            CompiledPolicy policy, SimWorkload workload, SimMachine machine, SimOptions options)
            throws TargetException {
        try {
            return Simulation.run(
                    policy.mainClass(), policy::newPolicy, workload, machine, options);
        } catch (NotMadeException e) {
            throw new TargetException(
                    "%s could not be created: %s".formatted(policy.name(), e.getMessage()),
                    "Give it a constructor without parameters that does not throw.",
                    "");
        }
    }

    /**
     * Does what {@link #simulateAll} has another process do in this one, which nothing then bounds.
     */
    public static List<SimResult> simulateAllHere(
            List<CompiledPolicy> policies,
            SimWorkload workload,
            SimMachine machine,
            SimOptions options)
            throws TargetException, InterruptedException {
        List<Callable<SimResult>> simulations = new ArrayList<>();
        policies.forEach(
                policy -> simulations.add(() -> simulateHere(policy, workload, machine, options)));
        var results = new ArrayList<SimResult>();
        int cores = Runtime.getRuntime().availableProcessors();
        try (var pool = Executors.newFixedThreadPool(cores)) {
            for (Future<SimResult> ended : pool.invokeAll(simulations)) {
                results.add(ended.get());
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case TargetException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case Throwable cause -> throw new IllegalStateException(cause);
            }
        }
        return results;
    }

    /** Says why a simulation ended, in a sentence. */
    public static String describe(SimResult result) {
        String why =
                switch (result.outcome()) {
                    case COMPLETED -> "all tasks ended";
                    case TIME_LIMIT -> "the time to simulate was up";
                    case DURATION -> "the workload says so";
                    case DEADLOCK -> "every task slept, and nothing would have woken one";
                    case STALLED -> "a task that could run did not run for too long";
                    case EVENT_BUDGET -> "there were too many events";
                    case DEADLINE -> "it took too long";
                    case INIT_FAILED -> "the policy's init threw";
                };
        String message = result.exit() == null ? "" : result.exit().message();
        return String.format(
                Locale.ROOT,
                "The simulation ended after %.6f s: %s%s.",
                result.timeNs() / 1e9,
                why,
                message.isEmpty() ? "" : " (" + message + ")");
    }

    /** Another one, whose first run has the seed that this one's first had. */
    @Override
    public Target fresh() {
        return new SimTarget(machine, options);
    }

    @Override
    public void close() {
        attached = null;
    }

    private final class SimAttachment implements Attachment {

        private final CompiledPolicy policy;
        private SimResult last;
        private ExitInfo exit;

        SimAttachment(CompiledPolicy policy) {
            this.policy = policy;
        }

        void ran(SimResult result) {
            last = result;
            if (result.exit() != null && result.exit().isError()) {
                exit = result.exit();
            }
        }

        /** The counters are those of the last run. */
        @Override
        public Status status() {
            return new Status(
                    policy.name(),
                    "",
                    exit == null ? "enabled" : "disabled",
                    last == null ? Map.of() : last.counters(),
                    last == null
                            ? List.of()
                            : last.faults().stream().map(PolicyFault::sentence).toList(),
                    exit);
        }

        @Override
        public ExitInfo detach() {
            if (attached == this) {
                attached = null;
            }
            return exit == null ? ASKED_FOR : exit;
        }

        @Override
        public void close() {
            detach();
        }
    }
}
