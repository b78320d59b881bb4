package org.schedbook.check;

import java.time.Duration;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.sim.SimWorkload;
import org.schedbook.target.sim.SimulatorEndedException;

/**
 * A machine as textbooks have it: scheduling costs nothing on it, the end of a task included, and
 * slices end at ticks. A value; each method returns another one.
 *
 * <p>Two rules of sched_ext hold on it as in a kernel. A slice that is over ends at the next tick:
 * one of 1.5 ms takes 2 ms if there is a tick every ms. And a task whose slice is over is not among
 * those that its CPU then chooses from, for it is enqueued again only after {@code dispatch}: of
 * two tasks on a CPU each gets half, whatever their weights, unless their slices differ.
 *
 * @param cpus how many, under one last-level cache
 * @param tickMs from tick to tick
 * @param untilMs when a run ends at the latest, 0 if only with its tasks
 * @param starvationMs a task that could run and did not for so long has starved
 */
public record Textbook(int cpus, double tickMs, double untilMs, double starvationMs) {

    private static final double TICK_MS = 1;
    private static final double STARVATION_MS = 500;

    /** Simulated; whoever has not ended by then never will. */
    private static final double LONGEST_MS = 60_000;

    private static final int EVENTS = 1_000_000;

    /** Real time. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    public Textbook {
        if (tickMs <= 0 || Work.nanoseconds(tickMs) < 1) {
            throw new IllegalArgumentException("tick(%s): a tick takes time".formatted(tickMs));
        }
        if (starvationMs <= 0 || Work.nanoseconds(starvationMs) < 1) {
            throw new IllegalArgumentException(
                    "starvation(%s): a task may wait for some time".formatted(starvationMs));
        }
        if (untilMs < 0 || untilMs > LONGEST_MS) {
            throw new IllegalArgumentException(
                    "until(%s): a run ends between 0 and %s ms"
                            .formatted(untilMs, Work.plain(LONGEST_MS)));
        }
    }

    static Textbook of(int cpus) {
        return new Textbook(cpus, TICK_MS, 0, STARVATION_MS);
    }

    /** Has a tick every so many ms, 1 by default; 4 is what Debian's kernels have. */
    public Textbook tick(double ms) {
        return new Textbook(cpus, ms, untilMs, starvationMs);
    }

    /** Ends a run after so many ms, even if tasks go on; else every task has to end. */
    public Textbook until(double ms) {
        return new Textbook(cpus, tickMs, ms, starvationMs);
    }

    /** Takes a task to have starved that could run and did not for so many ms, 500 by default. */
    public Textbook starvation(double ms) {
        return new Textbook(cpus, tickMs, untilMs, ms);
    }

    /** Returns it for the simulator. */
    public SimMachine machine() {
        return SimMachine.textbook(cpus).withTickNs(Work.nanoseconds(tickMs));
    }

    /**
     * Runs a load under a policy.
     *
     * @param policy its name, as {@link Check#policy} knows it
     * @throws CheckFailed if the policy cannot be made, or takes more memory than it may
     * @throws IllegalArgumentException if a task never ends and no end is set, or a task may use no
     *     CPU of this machine
     */
    public Ran run(Tasks load, String policy) throws InterruptedException {
        return run(load, Check.policy(policy));
    }

    /** Runs a load under a policy, as {@link #run(Tasks, String)} does. */
    public Ran run(Tasks load, CompiledPolicy policy) throws InterruptedException {
        String endless = load.endless();
        if (endless != null && untilMs == 0) {
            throw new IllegalArgumentException(
                    "%s repeats for ever: say when to end, with until(2000) before run"
                            .formatted(endless));
        }
        long endNs = untilMs == 0 ? Long.MAX_VALUE : Work.nanoseconds(untilMs);
        String again = "%s.run(%s, %s)".formatted(this, load, Tasks.quoted(policy.name()));
        return run(load.workload(endNs), policy, again).withProcesses(load.processes());
    }

    /**
     * Runs a load of another making, such as one of rt-app's, under a policy, as {@link #run(Tasks,
     * String)} does; it ends when the load says so, or before.
     */
    public Ran run(SimWorkload load, CompiledPolicy policy) throws InterruptedException {
        long endNs =
                untilMs == 0 ? load.endNs() : Math.min(load.endNs(), Work.nanoseconds(untilMs));
        return run(load.endingAt(endNs), policy, "");
    }

    private Ran run(SimWorkload load, CompiledPolicy policy, String again)
            throws InterruptedException {
        SimOptions options =
                SimOptions.DEFAULT
                        .withLimitNs(Work.nanoseconds(LONGEST_MS))
                        .withStarvationNs(Work.nanoseconds(starvationMs))
                        .withDeadline(DEADLINE)
                        .withTrace(EVENTS)
                        .withLines();
        try {
            SimResult result = SimTarget.simulate(policy, load, machine(), options);
            return Ran.of(policy.name(), result, again, tickMs);
        } catch (SimulatorEndedException e) {
            throw new IllegalStateException(e.getMessage(), e); // says nothing of the policy
        } catch (TargetException e) {
            throw new CheckFailed(
                    Failure.basic(
                            "%s makes a schedule".formatted(policy.name()),
                            e.getMessage(),
                            e.nextStep()));
        }
    }

    /** Returns it as it is written. */
    @Override
    public String toString() {
        return "textbook(%d)%s%s%s"
                .formatted(
                        cpus,
                        tickMs == TICK_MS ? "" : ".tick(" + Work.plain(tickMs) + ")",
                        untilMs == 0 ? "" : ".until(" + Work.plain(untilMs) + ")",
                        starvationMs == STARVATION_MS
                                ? ""
                                : ".starvation(" + Work.plain(starvationMs) + ")");
    }
}
