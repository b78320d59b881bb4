package org.schedbook.target.sim;

import java.util.Arrays;
import org.schedbook.harness.HostedTask;

/** A simulated task: what a policy sees of it, where it stands, and what it is doing. */
final class SimTask extends HostedTask {

    /** Where a task stands, see the life cycle in {@code Documentation/scheduler/sched-ext.rst}. */
    enum State {
        NEW,
        SLEEPING,
        /** Runnable and not running: in a DSQ or in the policy's hands. */
        QUEUED,
        RUNNING,
        DEAD
    }

    /** No DSQ has this number. */
    static final long NO_DSQ = Long.MIN_VALUE;

    /** No time is this. */
    static final long NEVER = -1;

    /** The increment of SplitMix64. */
    static final long GOLDEN = 0x9E3779B97F4A7C15L;

    final SimWorkload.TaskSpec spec;
    final LatencyHistogram latencies;

    /** The timer of this task in the {@link EventQueue}. */
    final int source;

    /** Bits of the CPUs it may use, null for all. */
    private final long[] cpusAllowed;

    private final int nrCpus;

    State state = State.NEW;

    // ---- As struct sched_ext_entity has it ----

    /** The slice the policy gave it last, 0 if it never did. */
    long givenSliceNs;

    /** What {@code select_cpu} decided already, else {@link #NO_DSQ}. */
    long directDsq = NO_DSQ;

    long directFlags;

    /** Which line of the policy inserts it, if that is asked for, until it is in its DSQ. */
    int insertedInLine;

    /** In {@link org.schedbook.policy.Dsq#LOCAL} and so on: the DSQ it is in, or null. */
    DispatchQueue queue;

    SimTask queuePrev;
    SimTask queueNext;
    int queuePlace;
    long queueSeq;

    /** The kernel's list of runnable tasks that do not run, oldest first. */
    SimTask runnablePrev;

    SimTask runnableNext;
    long runnableAt;

    // ---- The program ----

    final long[] code;

    /** See {@link Program#measured}. */
    final boolean measured;

    int pc;
    final long[] loopsLeft;
    int depth;

    /** What is to compute before the operation at {@link #pc} takes effect. */
    long leftNs;

    /** Costs the task has run up and not worked off. */
    long debtNs;

    /** The system call of the operation at {@link #pc} has been paid for. */
    boolean paid;

    /** When each of its own timers is due, {@link #NEVER} before its first use. */
    final long[] timers;

    /** When what computes for a span of time is done. */
    long spanEndNs = NEVER;

    SimTask waitNext;
    long bornNs;
    long random;

    // ---- Statistics ----

    int lastCpu = -1;
    long cpuBusyMark;
    boolean woken;
    long runNs;
    long waitNs;
    long maxWaitNs;
    long endNs = -1;
    long nrWakeups;
    long nrStarts;
    long nrPreemptions;
    long nrMigrations;
    boolean slept;

    SimTask(
            int pid,
            SimWorkload.TaskSpec spec,
            LatencyHistogram latencies,
            int source,
            int nrCpus,
            long random) {
        super(pid);
        this.spec = spec;
        this.tgid = spec.tgid();
        this.weight = spec.weight();
        this.nrCpus = nrCpus;
        this.latencies = latencies;
        this.source = source;
        this.random = random;
        this.code = spec.program().code;
        this.measured = spec.program().measured;
        this.loopsLeft = new long[8];
        this.timers = new long[spec.program().nrTimers];
        Arrays.fill(timers, NEVER);
        if (spec.cpus().isEmpty()) {
            cpusAllowed = null;
            nrCpusAllowed = nrCpus;
            return;
        }
        cpusAllowed = new long[(nrCpus + 63) / 64];
        for (int allowed : spec.cpus()) {
            if (allowed < 0 || allowed >= nrCpus) {
                throw new IllegalArgumentException(
                        "%s may use CPU %d, and the machine has %d"
                                .formatted(spec.comm(), allowed, nrCpus));
            }
            cpusAllowed[allowed >> 6] |= 1L << allowed;
        }
        int nr = 0;
        for (long word : cpusAllowed) {
            nr += Long.bitCount(word);
        }
        nrCpusAllowed = nr;
        cpu = firstAllowed();
    }

    long[] cpusAllowed() {
        return cpusAllowed;
    }

    int firstAllowed() {
        int first = 0;
        while (!canRunOn(first)) {
            first++;
        }
        return first;
    }

    /** Draws from a range, both ends included, by SplitMix64. */
    long draw(long from, long to) {
        if (from == to) {
            return from;
        }
        random += GOLDEN;
        return from + Long.remainderUnsigned(mix(random), to - from + 1);
    }

    /** Returns the start of a child's sequence, which depends on nothing but this task's own. */
    long split() {
        random += GOLDEN;
        return mix(~random);
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014; Stafford's variant 13). */
    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public boolean canRunOn(int cpu) {
        return cpu >= 0
                && cpu < nrCpus
                && (cpusAllowed == null || (cpusAllowed[cpu >> 6] >>> cpu & 1) != 0);
    }

    /** Returns the words for it when a person is told of it. */
    String name() {
        return spec.comm() + "[" + pid + "]";
    }
}
