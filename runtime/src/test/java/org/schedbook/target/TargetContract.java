package org.schedbook.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;

/**
 * What a policy means, wherever it runs: how it ends, what is counted, and what it is blamed for in
 * which line. A target is held to it by a subclass, which says how a policy is run there and which
 * rows differ and why.
 */
public abstract class TargetContract {

    /** How a policy ends. */
    public enum End {
        /** It was attached until it was detached, and every task ran. */
        STAYED,
        /** It was given up, by the kernel or by whoever called it. */
        ENDED,
        /** It never decided about a task. */
        REFUSED
    }

    /**
     * What came of a policy.
     *
     * @param faults what it was blamed for, a line each; when refused, the reason
     * @param exit the kernel's or the target's words for the end, empty when it stayed
     */
    public record Ran(End end, Map<String, Long> counters, List<String> faults, String exit) {}

    /** Where a target differs, and why it must. */
    public record Difference(End end, Set<String> counted, List<String> faults, String why) {}

    /** What a policy is to schedule, on two CPUs. */
    public enum Load {
        /** The policy is asked about some tasks. */
        LIGHT,
        /**
         * The policy is asked some hundred times. Some tasks may use CPU 0 alone, some compute for
         * longer than a tick, most sleep and wake up, and all end.
         */
        HEAVY
    }

    /**
     * Attaches a policy, has it schedule a load, detaches it, and says what came of it. Where it
     * should end by itself, but not before the load has, that is waited for within bounds.
     */
    protected abstract Ran run(PolicySource source, CompiledPolicy policy, Load load, End awaited)
            throws Exception;

    /** Returns the rows in which this target differs, by name. */
    protected abstract Map<String, Difference> differences();

    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    private static final Map<String, CompiledPolicy> COMPILED = new HashMap<>();

    /** What has to be the same. */
    private static final Set<String> COUNTERS =
            Set.of("nr_policy_errors", "nr_forgotten", "nr_bounce_dispatches", "nr_duplicate");

    private static final Set<String> NOTHING = Set.of();
    private static final Set<String> ERRORS = Set.of("nr_policy_errors");
    private static final Set<String> BOUNCES = Set.of("nr_bounce_dispatches");

    private record Row(
            String name,
            Load load,
            End end,
            Set<String> counted,
            List<String> faults,
            String source) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final Map<String, Row> ROWS = new LinkedHashMap<>();

    /** A policy with members from line 3 on, before an enqueue that is right. */
    private static void row(
            String name, End end, Set<String> counted, String fault, String members) {
        add(
                name,
                end,
                counted,
                fault,
                """
                public class Row extends Policy {
                    int n;
                %s
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                }
                """
                        .formatted(members));
    }

    /** A policy that does something in line 4 of its enqueue, and has a DSQ 1. */
    private static void enqueueing(
            String name, End end, Set<String> counted, String fault, String statements) {
        enqueueing(name, Load.HEAVY, end, counted, fault, statements);
    }

    private static void enqueueing(
            String name, Load load, End end, Set<String> counted, String fault, String statements) {
        add(
                name,
                load,
                end,
                counted,
                fault,
                """
                public class Row extends Policy {
                    int n; List<Task> kept = new ArrayList<>(); public void init() { createDsq(1); }
                    public void enqueue(Task task, long enqFlags) {
                        %s
                    }
                }
                """
                        .formatted(statements));
    }

    private static void add(
            String name, End end, Set<String> counted, String fault, String source) {
        add(name, Load.HEAVY, end, counted, fault, source);
    }

    private static void add(
            String name, Load load, End end, Set<String> counted, String fault, String source) {
        List<String> faults = fault.isEmpty() ? List.of() : List.of(fault);
        ROWS.put(name, new Row(name, load, end, counted, faults, source));
    }

    private static final String RIGHT = "insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);";

    static {
        // ---- Callbacks that throw ----
        throwing("selectCpu", "public int selectCpu(Task task, int prevCpu, long wakeFlags)");
        throwing("runnable", "public void runnable(Task task, long enqFlags)");
        throwing("running", "public void running(Task task)");
        throwing("stopping", "public void stopping(Task task, boolean runnable)");
        throwing("quiescent", "public void quiescent(Task task, long deqFlags)");
        throwing("tick", "public void tick(Task task)");
        throwing("exitTask", "public void exitTask(Task task)");
        throwing("exit", "public void exit(ExitInfo info)");
        enqueueing(
                "throws in enqueue",
                End.STAYED,
                ERRORS,
                "enqueue, line 4: java.lang.IllegalStateException: no",
                "throw new IllegalStateException(\"no\");");
        add(
                "throws in dispatch",
                End.STAYED,
                ERRORS,
                "dispatch, line 7: java.lang.IllegalStateException: no",
                """
                public class Row extends Policy {
                    public void init() { createDsq(1); }
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, 1, SLICE_DFL_NS, enqFlags);
                    }
                    public void dispatch(int cpu, Task prev) {
                        throw new IllegalStateException("no");
                    }
                }
                """);
        row(
                "throws in init",
                End.REFUSED,
                ERRORS,
                "init, line 3: java.lang.IllegalStateException: no",
                "public void init() { throw new IllegalStateException(\"no\"); }");
        row(
                "throws in its constructor",
                End.REFUSED,
                NOTHING,
                "could not be created: java.lang.IllegalStateException: no",
                "public Row() { throw new IllegalStateException(\"no\"); }");
        row(
                "throws in a static initializer",
                End.REFUSED,
                NOTHING,
                "could not be created: java.lang.ArithmeticException: / by zero",
                "static int zero, one = 1 / zero;");
        enqueueing(
                "throws what lies about itself",
                End.STAYED,
                ERRORS,
                "enqueue, line 4: Row$Liar",
                """
                throw new Liar(); } static class Liar extends RuntimeException {
                        public String getMessage() { throw new Liar(); }
                        public String toString() { throw new Liar(); }\
                """);
        enqueueing(
                "throws with a message of a million characters",
                End.STAYED,
                ERRORS,
                "enqueue, line 4: java.lang.IllegalStateException: xxxxx",
                "throw new IllegalStateException(\"x\".repeat(1_000_000));");
        enqueueing(
                "recurses without end",
                End.STAYED,
                ERRORS,
                "enqueue, line 4: java.lang.StackOverflowError",
                "if (n++ != 100) " + RIGHT + " else recurse(); } void recurse() { recurse();");

        // ---- Callbacks that do not return ----
        row(
                "does not return from init",
                End.REFUSED,
                ERRORS,
                "init, line 3: did not return within 2 s",
                "public void init() { while (n == 0) nowNs(); }");
        row(
                "does not return from its constructor",
                End.REFUSED,
                NOTHING,
                "constructor",
                "public Row() { for (int i = 1; i != 0; i++) n += 7 / i; }");
        enqueueing(
                "does not return from enqueue",
                End.ENDED,
                ERRORS,
                "enqueue, line 4: did not return within 2 s",
                "while (all++ > 100) all = 200 + (int) (nowNs() >>> 63); "
                        + RIGHT
                        + " } static int all; {");
        enqueueing(
                "throws what never says what it is",
                End.ENDED,
                ERRORS,
                "enqueue, line 4: did not return within 2 s",
                "if (all++ == 100) throw new Silent(); "
                        + RIGHT
                        + " } static int all; static class Silent extends RuntimeException {"
                        + " public String getMessage() { while (true); }");
        row(
                "throws what never says what it is from its constructor",
                End.REFUSED,
                NOTHING,
                "constructor",
                "public Row() { throw new Silent(); } static class Silent extends RuntimeException {"
                        + " public String getMessage() { while (true); } }");

        // ---- Tasks that are lost ----
        enqueueing(
                "forgets a task",
                End.STAYED,
                Set.of("nr_forgotten"),
                "was forgotten: neither enqueue() nor a later dispatch() inserted it",
                "if (n++ != 100) " + RIGHT);
        enqueueing(
                "keeps tasks and has no dispatch",
                End.STAYED,
                Set.of("nr_forgotten"),
                "was forgotten: neither enqueue() nor a later dispatch() inserted it",
                "if (n++ < 100 || kept.size() == 3) " + RIGHT + " else kept.add(task);");
        add(
                "keeps tasks and hands none out",
                End.STAYED,
                Set.of("nr_forgotten"),
                "was forgotten: neither enqueue() nor a later dispatch() inserted it",
                """
                public class Row extends Policy {
                    int n;
                    List<Task> kept = new ArrayList<>();
                    public void enqueue(Task task, long enqFlags) {
                        if (n++ < 100 || kept.size() == 3) {
                            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                        } else {
                            kept.add(task);
                        }
                    }
                    public void dispatch(int cpu, Task prev) {}
                }
                """);
        add(
                "leaves tasks in a DSQ",
                End.ENDED,
                NOTHING,
                "",
                """
                public class Row extends Policy {
                    public void init() { createDsq(1); }
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, 1, SLICE_DFL_NS, enqFlags);
                    }
                    public void dispatch(int cpu, Task prev) {}
                }
                """);

        // ---- CPUs ----
        enqueueing(
                "sends a task to a CPU that it may not use",
                End.STAYED,
                BOUNCES,
                "may only use CPU 0 and was sent to CPU 1",
                "insert(task, Dsq.localOn(task.nrCpusAllowed() == 1 ? 1 : 0), SLICE_DFL_NS, 0);");
        for (int cpu : new int[] {-1, 2, 60, 64, 1000}) {
            enqueueing(
                    "sends a task to CPU " + cpu,
                    End.STAYED,
                    BOUNCES,
                    "enqueue, line 4: .* was sent to CPU %d, and there is none".formatted(cpu),
                    "insert(task, Dsq.localOn(n++ % 3 == 0 ? 0 : " + cpu + "), SLICE_DFL_NS, 0);");
            row(
                    "selects CPU " + cpu,
                    End.STAYED,
                    ERRORS,
                    "selectCpu: .* was sent to CPU %d, and there is none".formatted(cpu),
                    "public int selectCpu(Task task, int prev, long flags) { return %d; }"
                            .formatted(cpu));
            right(
                    "canRunOn(" + cpu + ")",
                    "if (task.canRunOn(" + cpu + ")) throw new IllegalStateException();");
        }
        right(
                "canRunOn of the least and the greatest number",
                "if (task.canRunOn(Integer.MIN_VALUE) || task.canRunOn(Integer.MAX_VALUE))"
                        + " throw new IllegalStateException();");
        right(
                "canRunOn is true for as many CPUs as nrCpusAllowed says",
                "int may = 0; for (int i = -70; i < 300; i++) if (task.canRunOn(i)) may++;"
                        + " if (may != task.nrCpusAllowed()) throw new IllegalStateException();");
        add(
                "dispatches a task to a CPU that it may not use",
                End.STAYED,
                BOUNCES,
                "dispatch, line 8: .* may only use CPU 0 and was sent to CPU 1",
                """
                public class Row extends Policy {
                    Task kept; int n;
                    public void enqueue(Task task, long enqFlags) {
                        if (task.nrCpusAllowed() == 1 && n++ == 0) kept = task;
                        else insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                    public void dispatch(int cpu, Task prev) {
                        if (kept != null) insert(kept, Dsq.localOn(1), SLICE_DFL_NS, 0);
                        kept = null;
                    }
                }
                """);

        // ---- insert and insertVtime ----
        enqueueing("sends a task twice", End.STAYED, Set.of("nr_duplicate"), "", RIGHT + RIGHT);
        add(
                "sends a task twice from selectCpu on",
                End.STAYED,
                Set.of("nr_duplicate"),
                "",
                """
                public class Row extends Policy {
                    public int selectCpu(Task task, int prev, long flags) {
                        insert(task, Dsq.LOCAL, SLICE_DFL_NS, 0);
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, 0);
                        return prev;
                    }
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                }
                """);
        add(
                "takes a task out of a DSQ by another insert",
                End.STAYED,
                Set.of("nr_duplicate"),
                "",
                """
                public class Row extends Policy {
                    public void init() { createDsq(1); }
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, 1, SLICE_DFL_NS, enqFlags);
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                    public void dispatch(int cpu, Task prev) { moveToLocal(1); }
                }
                """);
        row(
                "inserts in selectCpu, after which enqueue is not called",
                End.STAYED,
                NOTHING,
                "",
                "public int selectCpu(Task task, int prev, long flags)"
                        + " { insert(task, Dsq.LOCAL, SLICE_DFL_NS, 0); return prev; }");
        right("an infinite slice", "insert(task, 1, SLICE_INF_NS, enqFlags); if (true) return;");
        wrong("a slice of 0", "insert: the slice must be more than 0 ns", "insert(task, 1, 0, 0);");
        wrong(
                "a negative slice",
                "insert: a slice of -5 ns is negative",
                "insert(task, 1, -5, 0);");
        wrong(
                "the least slice",
                "insert: a slice of -9223372036854775808 ns is negative",
                "insert(task, 1, Long.MIN_VALUE, 0);");
        wrong(
                "a negative slice by vtime",
                "insertVtime: a slice of -2 ns is negative",
                "insertVtime(task, 1, -2, 0, 0);");
        wrong("no task", "insert: the task is null", "insert(null, 1, SLICE_DFL_NS, 0);");
        wrong(
                "flags of the kernel's own",
                "insert: the flags 0x100000000000000 are the kernel's own",
                "insert(task, 1, SLICE_DFL_NS, 1L << 56);");
        wrong(
                "all flags by vtime",
                "insertVtime: the flags 0xff00000000000000 are the kernel's own",
                "insertVtime(task, 1, SLICE_DFL_NS, 0, -1);");
        right(
                "all flags that are a scheduler's",
                "insert(task, 1, SLICE_DFL_NS, (1L << 56) - 1); if (true) return;");
        wrong(
                "a DSQ that is not there",
                "There is no DSQ 2; create it with createDsq in init",
                "insert(task, 2, SLICE_DFL_NS, 0);");
        wrong(
                "a DSQ with the kernel's bit",
                "There is no DSQ 0x8000000000000005",
                "insert(task, Dsq.GLOBAL + 4, SLICE_DFL_NS, 0);");
        wrong(
                "the invalid DSQ",
                "There is no DSQ 0x8000000000000000",
                "insert(task, 1L << 63, SLICE_DFL_NS, 0);");
        wrong(
                "vtime in a DSQ of the kernel's",
                "insertVtime is possible only into a DSQ made with createDsq",
                "insertVtime(task, Dsq.GLOBAL, SLICE_DFL_NS, 0, 0);");
        wrong(
                "vtime in a local DSQ",
                "insertVtime is possible only into a DSQ made with createDsq",
                "insertVtime(task, Dsq.localOn(0), SLICE_DFL_NS, 0, 0);");
        wrong(
                "a DSQ used both ways",
                "DSQ 1 is used both with insert and with insertVtime",
                "insertVtime(task, 1, SLICE_DFL_NS, 0, 0); insert(task, 1, SLICE_DFL_NS, 0);");
        right(
                "vtimes of any size",
                "insertVtime(task, 1, SLICE_DFL_NS, n++ % 2 == 0 ? Long.MAX_VALUE : Long.MIN_VALUE,"
                        + " 0); if (true) return;");
        outside("running", "running(Task task)", "insert(task, Dsq.GLOBAL, SLICE_DFL_NS, 0);");
        outside("stopping", "stopping(Task task, boolean r)", "insert(task, 0, SLICE_DFL_NS, 0);");
        outside("exit", "exit(ExitInfo info)", "insert(null, Dsq.GLOBAL, SLICE_DFL_NS, 0);");
        row(
                "inserts in init",
                End.REFUSED,
                ERRORS,
                "init, line 3: insert is possible only in selectCpu(), enqueue() and dispatch()",
                "public void init() { insert(null, Dsq.GLOBAL, SLICE_DFL_NS, 0); }");
        row(
                "inserts in its constructor",
                End.REFUSED,
                NOTHING,
                "insert is not possible in a constructor or initializer",
                "public Row() { insert(null, Dsq.GLOBAL, SLICE_DFL_NS, 0); }");

        // ---- DSQs ----
        row(
                "makes 128 DSQs",
                End.STAYED,
                NOTHING,
                "",
                "public void init() { for (int i = 0; i < 128; i++) createDsq(i); }");
        for (int number : new int[] {129, 200}) {
            row(
                    "makes %d DSQs".formatted(number),
                    End.REFUSED,
                    ERRORS,
                    "init, line 3: createDsq: 128 is the most",
                    "public void init() { for (int i = 0; i < %d; i++) createDsq(i); }"
                            .formatted(number));
        }
        noDsq("-1", "createDsq(-1): the number must be from 0 to 2^31 - 1");
        noDsq("1L << 31", "createDsq(2147483648): the number must be from 0 to 2^31 - 1");
        noDsq("Dsq.GLOBAL", "createDsq(-9223372036854775807): the number must be from 0");
        row(
                "makes a DSQ twice",
                End.REFUSED,
                ERRORS,
                "init, line 3: createDsq(7): there is one already",
                "public void init() { createDsq(7); createDsq(7); }");
        wrong("a DSQ made too late", "createDsq(2) is possible only in init()", "createDsq(2);");
        wrong(
                "moveToLocal in enqueue",
                "moveToLocal is possible only in dispatch()",
                "moveToLocal(1);");
        wrong(
                "the length of a DSQ of the kernel's",
                "nrQueued takes a DSQ of the policy's own",
                "nrQueued(Dsq.GLOBAL);");
        wrong("the length of no DSQ", "There is no DSQ 3", "nrQueued(3);");
        add(
                "moves from a DSQ that is not there",
                End.STAYED,
                ERRORS,
                "dispatch, line 6: There is no DSQ 2",
                """
                public class Row extends Policy {
                    public void init() { createDsq(1); }
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, 1, SLICE_DFL_NS, enqFlags);
                    }
                    public void dispatch(int cpu, Task prev) { moveToLocal(2); }
                }
                """);

        // ---- Other verbs ----
        right("kicks an idle CPU", "kick(1, Kick.IDLE);");
        right("preempts a CPU", "if (n++ % 50 == 0) kick(1, Kick.PREEMPT);");
        right("kicks a CPU", "kick(1, 0);");
        wrong(
                "kicks with flags that exclude each other",
                "kick: Kick.IDLE and Kick.PREEMPT exclude each other",
                "kick(0, Kick.IDLE | Kick.PREEMPT);");
        wrong("kicks and waits", "kick: there are no flags 0x4", "kick(0, 4);");
        wrong(
                "kicks with all flags",
                "kick: there are no flags 0xfffffffffffffffc",
                "kick(0, -1);");
        wrong("kicks no CPU", "kick: there is no CPU -1", "kick(-1, 0);");
        wrong("kicks a CPU that is not there", "kick: there is no CPU 2", "kick(2, Kick.IDLE);");
        right(
                "asks whether CPUs that are not there are idle",
                "if (isIdle(-1) || isIdle(2) || isIdle(64) || isIdle(1000))"
                        + " throw new IllegalStateException();");
        wrong("an idle CPU for no task", "pickIdleCpu: the task is null", "pickIdleCpu(null);");
        right(
                "an idle CPU is one that the task may use",
                "int cpu = pickIdleCpu(task); if (cpu >= 0 && !task.canRunOn(cpu))"
                        + " throw new IllegalStateException();");
        right(
                "a task is named by its number",
                "if (!task.toString().equals(\"task \" + task.pid()))"
                        + " throw new IllegalStateException();");

        // ---- What is only slow ----
        enqueueing(
                "allocates a megabyte for each task",
                End.STAYED,
                NOTHING,
                "",
                "for (int i = 0; i < 16; i++) n += new byte[1 << 16].length; " + RIGHT);
    }

    private static void throwing(String callback, String declaration) {
        row(
                "throws in " + callback,
                End.STAYED,
                ERRORS,
                callback + ", line 3: java.lang.IllegalStateException: no",
                declaration + " { throw new IllegalStateException(\"no\"); }");
    }

    /** A statement that is wrong, after which the task is dispatched with defaults. */
    private static void wrong(String name, String fault, String statement) {
        enqueueing(name, Load.LIGHT, End.STAYED, ERRORS, "enqueue, line 4: " + fault, statement);
    }

    private static void right(String name, String statement) {
        enqueueing(name, Load.LIGHT, End.STAYED, NOTHING, "", statement + " " + RIGHT);
    }

    private static void outside(String callback, String declaration, String statement) {
        row(
                "inserts in " + callback,
                End.STAYED,
                ERRORS,
                callback
                        + ", line 3: insert is possible only in selectCpu(), enqueue() and dispatch()",
                "public void %s { %s }".formatted(declaration, statement));
    }

    private static void noDsq(String number, String fault) {
        row(
                "makes a DSQ " + number,
                End.REFUSED,
                ERRORS,
                "init, line 3: " + fault,
                "public void init() { createDsq(%s); }".formatted(number));
    }

    private static PolicySource source(Row row) {
        return new PolicySource("row", row.source);
    }

    private static synchronized CompiledPolicy compiled(Row row) throws CompileException {
        CompiledPolicy policy = COMPILED.get(row.name);
        if (policy == null) {
            policy = COMPILER.compile(source(row));
            COMPILED.put(row.name, policy);
        }
        return policy;
    }

    static Stream<Row> rows() {
        return ROWS.values().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void aPolicyThat(Row row) throws Exception {
        Difference difference =
                differences()
                        .getOrDefault(
                                row.name,
                                new Difference(row.end, row.counted, row.faults, "the same"));
        CompiledPolicy policy = compiled(row);
        Ran ran = run(source(row), policy, row.load, difference.end);
        assertEquals(difference.end, ran.end, ran.toString());
        if (ran.end != End.REFUSED) {
            var counted = new TreeSet<String>();
            ran.counters.forEach(
                    (name, value) -> {
                        if (COUNTERS.contains(name) && value != 0) {
                            counted.add(name);
                        }
                    });
            assertEquals(new TreeSet<>(difference.counted), counted, ran.toString());
        }
        assertEquals(difference.faults.size(), ran.faults.size(), ran.toString());
        for (int i = 0; i < difference.faults.size(); i++) {
            String expected = difference.faults.get(i);
            String fault = ran.faults.get(i);
            assertTrue(fault.length() <= 1100, "too long: " + fault.length());
            assertTrue(
                    Stream.of(expected.split(Pattern.quote(".*"))).allMatch(fault::contains),
                    () -> "expected '%s' in %s".formatted(expected, ran));
        }
        assertEquals(ran.end == End.STAYED, ran.exit.isEmpty(), ran.toString());
    }

    @Test
    void everyDifferenceIsOneOfARowAndHasItsReason() {
        differences()
                .forEach(
                        (name, difference) -> {
                            assertTrue(ROWS.containsKey(name), name);
                            assertTrue(difference.why.length() > 10, name);
                        });
    }
}
