package org.schedbook.harness;

import java.util.List;
import org.schedbook.policy.Dsq;

/**
 * The words for what a policy does wrong with a verb, the same wherever it runs.
 *
 * <p>Arguments are what the policy has passed: the verb's name, a DSQ, a slice, flags, a CPU.
 */
public final class Misuse {

    public static String noTask(String verb) {
        return "%s: the task is null.".formatted(verb);
    }

    public static String zeroSlice(String verb) {
        return "%s: the slice must be more than 0 ns.".formatted(verb);
    }

    public static String negativeSlice(String verb, long sliceNs) {
        return "%s: a slice of %d ns is negative; it must be more than 0 ns, or SLICE_INF_NS."
                .formatted(verb, sliceNs);
    }

    public static String kernelFlags(String verb, long flags) {
        return "%s: the flags 0x%x are the kernel's own; pass on those of enqueue(), or Enq.HEAD and Enq.PREEMPT."
                .formatted(verb, flags);
    }

    /**
     * A DSQ that there is not, or one that all policies have where it takes one of the policy's.
     */
    public static String noDsq(String verb, long dsq) {
        String what =
                dsq == Dsq.GLOBAL || dsq == Dsq.LOCAL || Dsq.isLocalOn(dsq)
                        ? "%s takes a DSQ of the policy's own".formatted(verb)
                        : "There is no DSQ %s".formatted(dsq < 0 ? "0x%x".formatted(dsq) : dsq);
        return what + "; create it with createDsq in init().";
    }

    /** Outside the callbacks that schedule. */
    public static String notHere(String verb) {
        return "%s is possible only in selectCpu(), enqueue() and dispatch().".formatted(verb);
    }

    public static String noVtimeThere() {
        return "insertVtime is possible only into a DSQ made with createDsq in init().";
    }

    public static String noCpu(int cpu) {
        return "kick: there is no CPU %d.".formatted(cpu);
    }

    public static String noKickFlags(long flags) {
        return "kick: there are no flags 0x%x, only Kick.IDLE and Kick.PREEMPT.".formatted(flags);
    }

    public static String bothKickFlags() {
        return "kick: Kick.IDLE and Kick.PREEMPT exclude each other, as an idle CPU has nothing to preempt; use one.";
    }

    /**
     * A task is sent where it may not run.
     *
     * @param task how it is called
     * @param nrCpus of the machine
     * @param allowed where it may run
     */
    public static String wrongCpu(String task, int cpu, int nrCpus, List<String> allowed) {
        return cpu < 0 || cpu >= nrCpus
                ? "%s was sent to CPU %d, and there is none".formatted(task, cpu)
                : "%s may only use %s %s and was sent to CPU %d"
                        .formatted(
                                task,
                                allowed.size() == 1 ? "CPU" : "CPUs",
                                String.join(", ", allowed),
                                cpu);
    }

    /**
     * @param task how it is called
     */
    public static String forgotten(String task) {
        return "%s was forgotten: neither enqueue() nor a later dispatch() inserted it"
                .formatted(task);
    }

    private Misuse() {}
}
