package org.schedbook.target.sim;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.schedbook.child.ChildJvm;
import org.schedbook.child.Worker;
import org.schedbook.child.WorkerLostException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimWorker.Answer;
import org.schedbook.target.sim.SimWorker.Job;

/**
 * The simulator in a process of its own: whatever a policy does to its memory, and whatever of it
 * never returns, ends with that. There is one such process, whoever asks, but for what is done
 * {@link #apart}; it runs policies and nothing else.
 */
public final class SimulatorProcess {

    /** An eighth of this machine's memory, within bounds. */
    private static final int HEAP_MIB =
            Math.clamp(
                    ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                                    .getTotalMemorySize()
                            >> 23,
                    256,
                    1024);

    /** What an answer may take beyond the deadline of the simulations themselves. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final Worker<Job, Answer> WORKER = worker(List.of());

    private static final ScopedValue<Worker<Job, Answer>> OWN = ScopedValue.newInstance();

    /** Started for a few simulations, it has no time to compile for speed. */
    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1");

    private static Worker<Job, Answer> worker(List<String> options) {
        return new Worker<>(
                new ChildJvm(SimWorker.class, HEAP_MIB, options, List.of()), Answer.class);
    }

    /**
     * Does something whose simulations, on this thread, have a process to themselves: one that is
     * started for it and ends with it. So nothing that a policy leaves behind meets another one.
     */
    public static <T, X extends Throwable> T apart(ScopedValue.CallableOp<? extends T, X> work)
            throws X {
        try (var own = worker(SHORT_LIVED)) {
            own.prepare();
            return ScopedValue.where(OWN, own).call(work);
        }
    }

    /** Starts the process, if there is none, so that it is there when it is needed. */
    public static void prepare() {
        WORKER.prepare();
    }

    /** Simulates as {@link SimTarget#simulateAll} says. */
    static List<SimResult> simulate(
            List<CompiledPolicy> policies,
            SimWorkload workload,
            SimMachine machine,
            SimOptions options)
            throws TargetException, InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        int rounds = (policies.size() + cores - 1) / cores;
        Duration limit = options.deadline().multipliedBy(rounds).plus(GRACE);
        Answer answer;
        try {
            answer = ask(new Job(policies, workload, machine, options), limit);
        } catch (WorkerLostException e) {
            if (policies.size() > 1) {
                return oneByOne(policies, workload, machine, options);
            }
            throw lost(e, names(policies), limit);
        }
        if (answer.failure() != null) {
            throw exception(answer.failure());
        }
        return answer.results();
    }

    /** No policy can end the process as such, so whatever did is given another chance. */
    private static Answer ask(Job job, Duration limit)
            throws WorkerLostException, InterruptedException {
        Worker<Job, Answer> worker = OWN.orElse(WORKER);
        try {
            return worker.ask(job, limit);
        } catch (WorkerLostException e) {
            if (e.lostTo() != WorkerLostException.Cause.END) {
                throw e;
            }
            return worker.ask(job, limit);
        }
    }

    /** Which of several policies it was shows when each has a process to itself. */
    private static List<SimResult> oneByOne(
            List<CompiledPolicy> policies,
            SimWorkload workload,
            SimMachine machine,
            SimOptions options)
            throws TargetException, InterruptedException {
        var results = new ArrayList<SimResult>();
        for (CompiledPolicy policy : policies) {
            results.addAll(simulate(List.of(policy), workload, machine, options));
        }
        return results;
    }

    private static TargetException lost(WorkerLostException e, String names, Duration limit) {
        return switch (e.lostTo()) {
            case MEMORY ->
                    new TargetException(
                            "%s, simulated, takes more than %d MiB of memory."
                                    .formatted(names, HEAP_MIB),
                            "Look for what grows without end, a collection that is only added to"
                                    + " perhaps; or simulate less.",
                            "");
            case TIME ->
                    new TargetException(
                            "The simulation of %s was not done after %d s."
                                    .formatted(names, limit.toSeconds()),
                            "Look for a loop that does not end, or simulate less.",
                            "");
            case END -> new SimulatorEndedException(names, e.getMessage());
        };
    }

    private static TargetException exception(SimWorker.Failure failure) {
        return switch (failure.kind()) {
            case ARGUMENT -> throw new IllegalArgumentException(failure.message());
            case STATE -> throw new IllegalStateException(failure.message());
            case TARGET ->
                    new TargetException(failure.message(), failure.nextStep(), failure.detail());
        };
    }

    static String names(List<CompiledPolicy> policies) {
        return policies.stream().map(CompiledPolicy::name).collect(Collectors.joining(", "));
    }

    private SimulatorProcess() {}
}
