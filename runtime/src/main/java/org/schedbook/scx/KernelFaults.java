package org.schedbook.scx;

import java.util.List;
import java.util.stream.IntStream;
import org.schedbook.harness.Callback;
import org.schedbook.harness.PolicyFault;
import org.schedbook.policy.Dsq;

/** The words for what a policy did wrong in the kernel: {@code enum sb_fault_kind} of policy.h. */
final class KernelFaults {

    /** {@code SB_BOUNCES}. */
    private static final int BOUNCES = 27;

    private KernelFaults() {}

    /**
     * @param id as {@code struct sb_fault} has it
     * @param cpus where the task in question may run, a bit each
     * @param task its number
     * @param thrown what each throw statement of the policy throws
     */
    static PolicyFault of(
            long id, long value, long cpus, long task, int nrCpus, List<String> thrown) {
        int kind = (int) (id & 0x7f);
        String verb = (id & 0x80) == 0 ? "insert" : "insertVtime";
        int callback = (int) (id >>> 8 & 0xff);
        int line = (int) (id >>> 32);
        return new PolicyFault(
                Callback.ofKind(callback).method(),
                kind == BOUNCES
                        ? wrongCpu(task, value, cpus, nrCpus)
                        : message(kind, verb, value, thrown),
                line);
    }

    private static String wrongCpu(long task, long cpu, long allowed, int nrCpus) {
        if (cpu < 0 || cpu >= nrCpus) {
            return "task %d was sent to CPU %d, and there is none".formatted(task, cpu);
        }
        List<String> cpus =
                IntStream.range(0, nrCpus)
                        .filter(i -> (allowed >>> i & 1) != 0)
                        .mapToObj(Integer::toString)
                        .toList();
        return "task %d may only use %s %s and was sent to CPU %d"
                .formatted(task, cpus.size() == 1 ? "CPU" : "CPUs", String.join(", ", cpus), cpu);
    }

    private static String noDsq(String verb, long dsq) {
        boolean builtIn = dsq == Dsq.GLOBAL || dsq == Dsq.LOCAL || Dsq.isLocalOn(dsq);
        String what =
                builtIn
                        ? "%s takes a DSQ of the policy's own".formatted(verb)
                        : "There is no DSQ %s".formatted(dsq < 0 ? "0x%x".formatted(dsq) : dsq);
        return what + "; create it with createDsq in init().";
    }

    private static String message(int kind, String verb, long value, List<String> thrown) {
        return switch (kind) {
            case 1 -> "java.lang.ArithmeticException: / by zero";
            case 2 ->
                    "java.lang.ArrayIndexOutOfBoundsException: Index %d out of bounds"
                            .formatted(value);
            case 3 -> "java.lang.NullPointerException";
            case 4 -> thrown.get((int) value);
            case 5 -> noDsq(verb, value);
            case 6 -> verb + ": the slice must be more than 0 ns.";
            case 7 -> "insertVtime is possible only into a DSQ made with createDsq in" + " init().";
            case 8 -> "kick: there is no CPU %d.".formatted(value);
            case 10 -> "a loop was ended after %,d turns".formatted(value);
            case 11 -> "java.lang.ArithmeticException: overflow";
            case 12 -> "java.lang.IllegalArgumentException: clamp: min > max";
            case 13 ->
                    "a task other than the one that enqueue is called for can be inserted only in"
                            + " dispatch()";
            case 14 -> "there was no memory for the state of the task";
            case 15 -> "java.util.NoSuchElementException";
            case 16 -> "java.lang.IllegalArgumentException: bound must be greater than origin";
            case 17 ->
                    "a BitSet has the bits 0 to 63 in the kernel, and this is %d".formatted(value);
            case 18 -> "a map has room for %,d entries in the kernel".formatted(value);
            case 19 ->
                    "%s: a slice of %d ns is negative; it must be more than 0 ns, or SLICE_INF_NS."
                            .formatted(verb, value);
            case 20 ->
                    "%s: the flags 0x%x are the kernel's own; pass on those of enqueue(), or Enq.HEAD and Enq.PREEMPT."
                            .formatted(verb, value);
            case 21 -> verb + ": the task is null.";
            case 22 -> "pickIdleCpu: the task is null.";
            case 23 ->
                    "kick: there are no flags 0x%x, only Kick.IDLE and Kick.PREEMPT."
                            .formatted(value);
            case 24 ->
                    "kick: Kick.IDLE and Kick.PREEMPT exclude each other, as an idle CPU has nothing to preempt; use one.";
            case 25 -> noDsq("moveToLocal", value);
            case 26 -> noDsq("nrQueued", value);
            case 28 ->
                    "task %d was forgotten: neither enqueue() nor a later dispatch() inserted it"
                            .formatted(value);
            case 29 ->
                    "the kernel could not change a map for a while (error %d), which is no mistake of the policy"
                            .formatted(-value);
            default -> "fault " + kind;
        };
    }
}
