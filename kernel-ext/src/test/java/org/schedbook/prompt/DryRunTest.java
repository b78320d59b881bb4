package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;

/** Policies that compile, pass the check, and are no good. */
@Timeout(120)
class DryRunTest {

    /** 40 s of its own, in a process that is started on a busy machine. */
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final PolicyCompiler compiler = new PolicyCompiler();
    private final DryRun dryRun = new DryRun(2);

    static Iterable<String> builtInNames() {
        return PolicySource.builtInNames();
    }

    @ParameterizedTest
    @MethodSource("builtInNames")
    void everyPolicyThatComesWithSchedbookPasses(String name) throws Exception {
        var result = run(PolicySource.builtIn(name).orElseThrow());
        assertEquals(List.of(), result.problems());
        assertFalse(result.behaviour().isEmpty());
    }

    @Test
    void aPolicyThatThrowsIsToldTheCallbackTheLineAndTheException() throws Exception {
        Problem problem =
                first(
                        """
                        Task last = null;
                        public void enqueue(Task task, long enqFlags) {
                            int cpu = last.cpu();
                            insert(task, Dsq.localOn(cpu), SLICE_DFL_NS, enqFlags);
                        }
                        """);
        assertEquals(4, problem.line());
        assertTrue(problem.message().contains("in enqueue()"), problem.message());
        assertTrue(problem.message().contains("NullPointerException"), problem.message());
        assertTrue(problem.sourceLine().contains("last.cpu()"));
    }

    @Test
    void aPolicyThatForgetsTasksIsToldSo() throws Exception {
        String found = problems("public void enqueue(Task task, long enqFlags) {}");
        assertTrue(found.contains("got no CPU") || found.contains("forgotten"), found);
    }

    @Test
    void aPolicyThatStarvesATaskIsToldHowLong() throws Exception {
        String found =
                problems(
                        """
                        public void init() { createDsq(0); }
                        public void enqueue(Task task, long enqFlags) {
                            insertVtime(task, 0, SLICE_DFL_NS, task.pid(), enqFlags);
                        }
                        """);
        assertTrue(found.contains("within a second"), found);
    }

    @Test
    void aPolicyThatSendsTasksWhereTheyMayNotRunIsToldSo() throws Exception {
        String found =
                problems(
                        """
                        public void enqueue(Task task, long enqFlags) {
                            insert(task, Dsq.localOn(0), SLICE_DFL_NS, enqFlags);
                        }
                        """);
        assertTrue(found.contains("canRunOn"), found);
    }

    @Test
    void aPolicyThatAllocatesWithoutMeasureIsToldHowMuch() throws Exception {
        String found =
                problems(
                        """
                        public void enqueue(Task task, long enqFlags) {
                            insert(task, Dsq.GLOBAL, new long[1000].length * 1000L, enqFlags);
                        }
                        """);
        assertTrue(found.contains("bytes per scheduling event"), found);
    }

    @Test
    void aCollectionThatGrowsForEverEndsTheProcessAndNotTheNotebook() throws Exception {
        String found =
                problems(
                        """
                        final List<long[]> all = new ArrayList<>();
                        public void enqueue(Task task, long enqFlags) {
                            while (true) all.add(new long[60000]);
                        }
                        """);
        assertTrue(found.contains("memory"), found);
    }

    @Test
    void aLoopWithoutEndEndsInSecondsAndIsToldItsLine() throws Exception {
        long started = System.nanoTime();
        Problem problem =
                first(
                        """
                        long n;
                        public void enqueue(Task task, long enqFlags) {
                            while (n >= 0) n = n * 31 & 1023;
                        }
                        """);
        assertTrue(problem.message().contains("did not return"), problem.message());
        assertEquals(4, problem.line());
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        assertTrue(took.compareTo(Duration.ofSeconds(60)) < 0, took.toString());
    }

    @Test
    void aConstructorThatThrowsIsToldSo() throws Exception {
        String found =
                problems(
                        """
                        final int[] a = new int[2];
                        { a[2] = 1; }
                        public void enqueue(Task task, long enqFlags) {
                            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                        }
                        """);
        assertTrue(found.contains("constructor throws"), found);
    }

    @Test
    void theSameBehaviourHasTheSameHashWhateverTheSource() throws Exception {
        String fifo = PolicySource.builtIn("fifo").orElseThrow().text();
        String same = fifo.replace("extends Policy {", "extends Policy { long unused = 7;");
        assertEquals(
                run(new PolicySource("a", fifo)).behaviour(),
                run(new PolicySource("b", same)).behaviour());
    }

    @Test
    void whatLoadingClassesAllocatesIsNotHeldAgainstAPolicy() throws Exception {
        // Few classes are loaded when the first load runs, and this one makes many events of it.
        var result =
                run(
                        policy(
                                """
                                private final ArrayDeque<Task> line = new ArrayDeque<>();
                                private long lineSinceNs;

                                public void enqueue(Task task, long enqFlags) {
                                    if ((enqFlags & Enq.WAKEUP) != 0
                                            && (line.isEmpty()
                                                    || nowNs() - lineSinceNs < 100_000_000)) {
                                        insert(task, Dsq.LOCAL, 5_000_000, enqFlags);
                                        return;
                                    }
                                    if (line.isEmpty()) {
                                        lineSinceNs = nowNs();
                                    }
                                    line.add(task);
                                }

                                public void dispatch(int cpu, Task prev) {
                                    for (int n = line.size(); n > 0; n--) {
                                        Task next = line.poll();
                                        if (next.canRunOn(cpu)) {
                                            insert(next, Dsq.LOCAL, 5_000_000, 0);
                                            return;
                                        }
                                        line.add(next);
                                    }
                                }

                                public void dequeue(Task task, long deqFlags) {
                                    line.remove(task);
                                }
                                """));
        assertEquals(List.of(), result.problems());
    }

    static List<Path> unbounded() throws IOException {
        var directory = Path.of("../runtime/src/test/resources/org/schedbook/compile/unbounded");
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("javac-"))
                    .sorted()
                    .toList();
        }
    }

    /** What never ends by itself is bounded here as it is in the simulator, and told in words. */
    @ParameterizedTest
    @MethodSource("unbounded")
    void whateverAModelAnswersEndsInTimeAndIsToldInWords(Path file) throws Exception {
        var source = new PolicySource("stranger", Files.readString(file));
        CompiledPolicy policy;
        try {
            policy = new CompilerProcess().compile(source);
        } catch (CompileException e) {
            return; // which UnboundedPoliciesTest looks at, and at what wears out the compiler
        }
        long started = System.nanoTime();
        List<Problem> problems = dryRun.run(source, policy).problems();
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        assertTrue(took.compareTo(BOUND) < 0, "it took " + took);
        for (Problem problem : problems) {
            assertFalse(problem.message().isBlank());
            assertTrue(problem.message().length() < 10_000, problem.message());
        }
    }

    private Problem first(String members) throws Exception {
        return run(policy(members)).problems().getFirst();
    }

    private String problems(String members) throws Exception {
        var result = run(policy(members));
        assertFalse(result.problems().isEmpty(), "passed");
        return result.problems().toString();
    }

    private static PolicySource policy(String members) {
        return new PolicySource("x", "public class X extends Policy {\n" + members + "}\n");
    }

    private Gate.Result run(PolicySource source) throws Exception {
        return dryRun.run(source, compiler.compile(source));
    }
}
