package org.schedbook.target.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.schedbook.policy.Policy;
import org.schedbook.target.sim.SimResult.Finding;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimTask.State;

/** Watches a simulation for what a scheduler owes its tasks and does not give them. */
final class FaultFinder {

    private static final int MAX_FINDINGS = 64;

    /** How many of a task's events are told with a finding. */
    private static final int NR_EVENTS = 12;

    private final Kernel kernel;
    private final SimOptions options;
    private final List<Finding> findings = new ArrayList<>();

    /** Tasks that wanted a CPU all the time, and what each had got at one moment. */
    private final List<SimTask> hungry = new ArrayList<>();

    private long[] hungryRunNs;
    private long hungryAtNs;

    FaultFinder(Kernel kernel, SimOptions options) {
        this.kernel = kernel;
        this.options = options;
    }

    List<Finding> findings() {
        return findings;
    }

    /** A task's wait is over, or the simulation is. */
    void waited(SimTask task, long waited) {
        if (waited > options.idleNs() && kernel.anyIdle()) {
            noteIdle(task);
        }
        if (waited > options.starvationNs()) {
            find(
                    Finding.Kind.STARVATION,
                    task,
                    task.cpu,
                    String.format(
                            Locale.ROOT,
                            "%s could run and did not for %,d ns",
                            task.name(),
                            waited));
        }
    }

    /** A CPU is no longer idle, or the simulation is over: could someone have used it? */
    void idleEnds(Cpu cpu) {
        for (SimTask task = kernel.firstRunnable();
                task != null && kernel.now - task.runnableAt > options.idleNs();
                task = task.runnableNext) {
            noteIdle(cpu, task);
        }
        if (cpu.couldRun != null) {
            notConserved(cpu);
        }
    }

    /** The wait of a task is over: which CPUs were idle meanwhile that it could have used? */
    private void noteIdle(SimTask task) {
        for (Cpu cpu : kernel.cpus) {
            if (cpu.curr == null) {
                noteIdle(cpu, task);
            }
        }
    }

    private void noteIdle(Cpu cpu, SimTask task) {
        long idle = kernel.now - Math.max(cpu.idleSince, task.runnableAt);
        if (idle > Math.max(options.idleNs(), cpu.couldRunNs) && task.canRunOn(cpu.id)) {
            cpu.couldRun = task;
            cpu.couldRunNs = idle;
            cpu.couldRunWhere = whereabouts(cpu, task);
        }
    }

    private static String whereabouts(Cpu cpu, SimTask task) {
        if (task.held) {
            return " in the policy's hands";
        }
        return task.queue != null && task.queue != cpu.local
                ? " in " + SimResult.dsqName(task.queue.id)
                : "";
    }

    private void notConserved(Cpu cpu) {
        SimTask task = cpu.couldRun;
        find(
                Finding.Kind.WORK_NOT_CONSERVED,
                task,
                cpu.id,
                String.format(
                        Locale.ROOT,
                        "CPU %d was idle for %,d ns while %s waited%s",
                        cpu.id,
                        cpu.couldRunNs,
                        task.name(),
                        cpu.couldRunWhere));
        cpu.couldRun = null;
        cpu.couldRunNs = 0;
    }

    private void find(Finding.Kind kind, SimTask task, int cpu, String message) {
        if (findings.size() < MAX_FINDINGS) {
            findings.add(
                    new Finding(
                            kind,
                            kernel.now,
                            task.pid,
                            cpu,
                            message,
                            kernel.trace.upTo(kernel.now, task.pid, NR_EVENTS)));
        }
    }

    /** When the first of the tasks that never slept ends, their shares can be compared. */
    void ended(SimTask task) {
        if (!task.slept && hungryRunNs == null && task.spec.startNs() == 0) {
            noteShares(task);
        }
    }

    private void noteShares(SimTask ended) {
        for (SimTask task : kernel.tasks()) {
            boolean alive = task.state != State.DEAD || task == ended;
            if (alive && !task.slept && task.bornNs == 0 && task.spec.cpus().isEmpty()) {
                hungry.add(task);
            }
        }
        for (Cpu cpu : kernel.cpus) {
            kernel.account(cpu);
        }
        hungryAtNs = kernel.now;
        hungryRunNs = hungry.stream().mapToLong(task -> task.runNs).toArray();
    }

    /** Looks at what has not ended, and compares shares. */
    void finish(Outcome outcome) {
        for (Cpu cpu : kernel.cpus) {
            if (cpu.curr == null) {
                idleEnds(cpu);
            }
        }
        if (hungryRunNs == null && (outcome == Outcome.TIME_LIMIT || outcome == Outcome.DURATION)) {
            noteShares(null);
        }
        if (hungryRunNs != null) {
            compareShares();
        }
    }

    /** Compares what tasks that always wanted a CPU got with what their weights say. */
    private void compareShares() {
        long total = Arrays.stream(hungryRunNs).sum();
        if (hungry.size() <= kernel.cpus.length || total == 0) {
            return;
        }
        double[] fair = fairShares(total);
        for (int i = 0; i < fair.length; i++) {
            long slack = 4 * Policy.SLICE_DFL_NS;
            if (Math.abs(hungryRunNs[i] - fair[i]) > Math.max(fair[i] / 4, slack)) {
                SimTask task = hungry.get(i);
                find(
                        Finding.Kind.UNFAIRNESS,
                        task,
                        task.cpu,
                        String.format(
                                Locale.ROOT,
                                "%s of weight %d got %,d ns of CPU up to %,d ns, and its share is %,d ns",
                                task.name(),
                                task.weight(),
                                hungryRunNs[i],
                                hungryAtNs,
                                Math.round(fair[i])));
            }
        }
    }

    /** Shares in proportion to weight, except that nobody can use more than one CPU. */
    private double[] fairShares(long total) {
        double[] fair = new double[hungryRunNs.length];
        boolean[] capped = new boolean[fair.length];
        for (boolean changed = true; changed; ) {
            changed = false;
            double left = total;
            double weights = 0;
            for (int i = 0; i < fair.length; i++) {
                if (capped[i]) {
                    left -= hungryAtNs;
                } else {
                    weights += hungry.get(i).weight();
                }
            }
            for (int i = 0; i < fair.length; i++) {
                fair[i] = capped[i] ? hungryAtNs : left * hungry.get(i).weight() / weights;
                if (fair[i] > hungryAtNs) {
                    capped[i] = true;
                    changed = true;
                }
            }
        }
        return fair;
    }
}
