package org.schedbook.scx;

import java.util.List;
import java.util.stream.IntStream;
import org.schedbook.harness.Callback;
import org.schedbook.harness.Misuse;
import org.schedbook.harness.PolicyFault;

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
        List<String> cpus =
                IntStream.range(0, nrCpus)
                        .filter(i -> (allowed >>> i & 1) != 0)
                        .mapToObj(Integer::toString)
                        .toList();
        return Misuse.wrongCpu("task " + task, (int) cpu, nrCpus, cpus);
    }

    private static String message(int kind, String verb, long value, List<String> thrown) {
        return switch (kind) {
            case 1 -> "java.lang.ArithmeticException: / by zero";
            case 2 ->
                    "java.lang.ArrayIndexOutOfBoundsException: Index %d out of bounds"
                            .formatted(value);
            case 3 -> "java.lang.NullPointerException";
            case 4 -> value >= 0 && value < thrown.size() ? thrown.get((int) value) : "it failed";
            case 5 -> Misuse.noDsq(verb, value);
            case 6 -> Misuse.zeroSlice(verb);
            case 7 -> Misuse.noVtimeThere();
            case 8 -> Misuse.noCpu((int) value);
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
            case 19 -> Misuse.negativeSlice(verb, value);
            case 20 -> Misuse.kernelFlags(verb, value);
            case 21 -> Misuse.noTask(verb);
            case 22 -> Misuse.noTask("pickIdleCpu");
            case 23 -> Misuse.noKickFlags(value);
            case 24 -> Misuse.bothKickFlags();
            case 25 -> Misuse.noDsq("moveToLocal", value);
            case 26 -> Misuse.noDsq("nrQueued", value);
            case 28 -> Misuse.forgotten("task " + value);
            case 29 ->
                    "the kernel could not change a map for a while (error %d), which is no mistake of the policy"
                            .formatted(-value);
            default -> "fault " + kind;
        };
    }
}
