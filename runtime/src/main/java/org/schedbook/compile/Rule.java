package org.schedbook.compile;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a policy must keep to. What is not on the list of allowed types and members breaks one of
 * these; which one only decides the words, never whether it is refused.
 */
public enum Rule {
    IO(
            "A policy has no input or output.",
            "Leave it out: what goes wrong in a policy is shown without it."),
    REFLECTION(
            "A policy looks into no classes and loads none.",
            "Call the method or use the field directly."),
    NATIVE(
            "A policy stays inside Java: no native methods, method handles or raw memory.",
            "Use plain Java and the verbs of Policy."),
    THREADS(
            "Callbacks run one at a time on one thread, and a policy starts no other.",
            "Do the work in the callback; plain collections of java.util are enough."),
    LOCKS(
            "A policy waits for nothing: its callbacks run one at a time on one thread.",
            "Leave the lock out."),
    PROCESS(
            "A policy does not touch the process it runs in, and starts none.",
            "Return from the callback, or throw an exception to report a fault."),
    CLOCK("The clock of a policy is nowNs(), in the simulator too.", "Use nowNs()."),
    FINALIZERS("A policy has no hold on the garbage collector.", "Clean up in exitTask or exit."),
    STATIC_LOOPS(
            "A class is loaded without loops or recursion.",
            "Compute it in init() and keep it in a field that is not static."),
    SIZE(
            "A policy is small.",
            "Use at most %d classes and %d KiB of code."
                    .formatted(PolicyCheck.MAX_CLASSES, PolicyCheck.MAX_BYTES / 1024)),
    ARRAYS(
            "A policy's tables are small.",
            "Use at most %,d elements, or a collection that grows."
                    .formatted(PolicyCheck.MAX_ARRAY)),
    API(
            "A policy sees only the policy API of Schedbook.",
            "Extend Policy and use the verbs it inherits."),
    UNLISTED(
            "It is not among what a policy may use.",
            "Use the policy API, arithmetic, and the collections and functions of java.util.");

    /** The rule for what is refused, by the start of its full name; the first that fits. */
    private static final Map<String, Rule> BY_NAME = new LinkedHashMap<>();

    static {
        CLOCK.covers("java.lang.System.nanoTime", "java.lang.System.currentTimeMillis");
        CLOCK.covers("java.time.", "java.util.Date", "java.util.Calendar");
        IO.covers("java.lang.System.in", "java.lang.System.out", "java.lang.System.err");
        IO.covers("java.lang.System.console", "java.lang.IO", "java.io.", "java.nio.", "java.net.");
        IO.covers("java.lang.Throwable.printStackTrace", "java.util.Scanner", "java.util.logging.");
        IO.covers("java.util.Formatter", "java.util.Properties", "java.util.zip", "javax.");
        LOCKS.covers("java.lang.Object.wait", "java.lang.Object.notify");
        LOCKS.covers("java.util.concurrent.locks.", "java.util.concurrent.CountDownLatch");
        LOCKS.covers("java.util.concurrent.Semaphore", "java.util.concurrent.BlockingQueue");
        THREADS.covers("java.lang.Thread", "java.util.concurrent.", "java.util.Timer");
        THREADS.covers("java.util.Arrays.parallel", "java.util.Collection.parallel");
        THREADS.covers("java.util.stream.", "java.lang.ScopedValue", "java.lang.InheritableThread");
        FINALIZERS.covers("java.lang.Object.finalize", "java.lang.Enum.finalize", "java.lang.ref.");
        REFLECTION.covers("java.lang.Class", "java.lang.Module", "java.lang.reflect.");
        REFLECTION.covers("java.lang.StackWalker", "java.lang.Package", "java.lang.classfile.");
        REFLECTION.covers("java.util.ServiceLoader", "java.util.ResourceBundle");
        NATIVE.covers("java.lang.invoke.", "java.lang.foreign.", "sun.", "jdk.");
        NATIVE.covers("java.lang.System.load");
        PROCESS.covers("java.lang.System.", "java.lang.System", "java.lang.Runtime");
        PROCESS.covers("java.lang.Process", "java.lang.Boolean.get", "java.lang.Integer.get");
        PROCESS.covers("java.lang.Long.get", "java.lang.management.", "java.util.prefs.");
        API.covers("org.schedbook.");
    }

    private final String principle;
    private final String instead;

    Rule(String principle, String instead) {
        this.principle = principle;
        this.instead = instead;
    }

    private void covers(String... starts) {
        for (String start : starts) {
            BY_NAME.put(start, this);
        }
    }

    /** Returns the rule that something breaks which is not on the list, by its full name. */
    static Rule brokenBy(String name) {
        return BY_NAME.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(UNLISTED);
    }

    /** Returns what holds for every policy, in one sentence. */
    public String principle() {
        return principle;
    }

    /** Returns what to do instead, in one sentence. */
    public String instead() {
        return instead;
    }

    /** Returns the name by which people and models are told of the rule, such as {@code io}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
