package org.schedbook.scx;

import java.util.List;
import org.schedbook.harness.Callback;
import org.schedbook.harness.PolicyFault;

/** The words for what a policy did wrong in the kernel: {@code enum sb_fault_kind} of policy.h. */
final class KernelFaults {

    private static final String POLICY = "org.schedbook.policy.PolicyException: ";

    private KernelFaults() {}

    /**
     * @param id as {@code struct sb_fault} has it
     * @param thrown what each throw statement of the policy throws
     */
    static PolicyFault of(long id, long value, List<String> thrown) {
        int kind = (int) (id & 0xff);
        int callback = (int) (id >>> 8 & 0xff);
        int line = (int) (id >>> 32);
        return new PolicyFault(
                Callback.ofKind(callback).method(), message(kind, value, thrown), line);
    }

    private static String message(int kind, long value, List<String> thrown) {
        return switch (kind) {
            case 1 -> "java.lang.ArithmeticException: / by zero";
            case 2 ->
                    "java.lang.ArrayIndexOutOfBoundsException: Index %d out of bounds"
                            .formatted(value);
            case 3 -> "java.lang.NullPointerException";
            case 4 -> thrown.get((int) value);
            case 5 ->
                    POLICY
                            + "There is no DSQ %d; create it with createDsq in init()."
                                    .formatted(value);
            case 6 -> POLICY + "insert: the slice must be more than 0 ns.";
            case 7 ->
                    POLICY
                            + "insertVtime is possible only into a DSQ made with createDsq in"
                            + " init().";
            case 8 -> POLICY + "kick: there is no CPU %d.".formatted(value);
            case 9 -> "selectCpu returned %d, where the task may not run".formatted(value);
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
            case 29 ->
                    "the kernel could not change a map for a while (error %d), which is no mistake of the policy"
                            .formatted(-value);
            default -> "fault " + kind;
        };
    }
}
