package org.schedbook.harness;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.schedbook.policy.PolicyException;

/**
 * What a policy did wrong, each kind once: the first few kinds there were. What it throws may be of
 * a class of its own, so nothing that it overrides is trusted to return, or to return anything of
 * use.
 */
public final class Faults {

    private static final int MAX_KINDS = 16;

    private static final int MAX_LENGTH = 1000;

    private static final StackWalker STACK = StackWalker.getInstance();

    /** Two faults are of a kind that happen in the same place for the same reason. */
    private record Kind(String where, String why, int line) {}

    private final String policy;
    private final SequencedMap<Kind, PolicyFault> faults = new LinkedHashMap<>();

    /**
     * @param policy the policy's class
     */
    public Faults(Class<?> policy) {
        this.policy = policy.getName();
    }

    /** Notes what a policy threw in a callback; what is of a known kind costs little. */
    public void threw(String where, Throwable thrown) {
        var kind = new Kind(where, thrown.getClass().getName(), lineOf(policy, stackOf(thrown)));
        synchronized (faults) {
            if (faults.size() >= MAX_KINDS || faults.containsKey(kind)) {
                return;
            }
        }
        // May never return, and whoever gives the policy up for that has to note it.
        String message = describe(thrown);
        synchronized (faults) {
            faults.putIfAbsent(kind, new PolicyFault(where, message, kind.line));
        }
    }

    /**
     * Notes what a policy did.
     *
     * @param why the reason, the same for all that differ only in the task they are about
     * @param stack of the thread that did it
     */
    public void note(String where, String why, String message, StackTraceElement... stack) {
        var kind = new Kind(where, why, lineOf(policy, stack));
        synchronized (faults) {
            if (faults.size() < MAX_KINDS) {
                faults.putIfAbsent(kind, new PolicyFault(where, message, kind.line));
            }
        }
    }

    /** Notes what ended the policy: the last of the list, however much there is before it. */
    void last(String where, String message, StackTraceElement... stack) {
        int line = lineOf(policy, stack);
        synchronized (faults) {
            faults.putLast(new Kind(where, message, line), new PolicyFault(where, message, line));
        }
    }

    /** Returns whether something has happened in a callback for a reason, in whatever line. */
    boolean has(String where, String why) {
        synchronized (faults) {
            return faults.keySet().stream()
                    .anyMatch(kind -> kind.where.equals(where) && kind.why.equals(why));
        }
    }

    public List<PolicyFault> list() {
        synchronized (faults) {
            return List.copyOf(faults.values());
        }
    }

    /** Returns the line of the policy's source that a stack goes through, 0 if none. */
    public static int lineOf(String policy, StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (isOf(policy, frame.getClassName())) {
                return Math.max(frame.getLineNumber(), 0);
            }
        }
        return 0;
    }

    /** Returns the line of the policy's source that this thread is in, 0 if none. */
    public static int lineOf(String policy) {
        return STACK.walk(
                frames ->
                        frames.filter(frame -> isOf(policy, frame.getClassName()))
                                .mapToInt(StackWalker.StackFrame::getLineNumber)
                                .findFirst()
                                .orElse(0));
    }

    private static boolean isOf(String policy, String className) {
        return className.equals(policy) || className.startsWith(policy + "$");
    }

    /** Returns what something thrown says of where it comes from. */
    public static StackTraceElement[] stackOf(Throwable thrown) {
        try {
            return thrown.getStackTrace().clone();
        } catch (Throwable t) {
            return new StackTraceElement[0];
        }
    }

    /**
     * Returns in one line of at most 1,000 characters what was thrown: its class and its message,
     * or the message alone if it explains a verb.
     */
    public static String describe(Throwable thrown) {
        String type = thrown.getClass().getName();
        String message;
        try {
            message = thrown.getMessage();
        } catch (Throwable t) {
            message = null;
        }
        if (message == null) {
            return type;
        }
        String kept = cut(message);
        return cut(thrown instanceof PolicyException ? kept : type + ": " + kept)
                .replaceAll("\\R", " ");
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), MAX_LENGTH));
    }
}
