package org.schedbook.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.child.WorkerLostException;
import org.schedbook.compile.CompileWorker.Answer;
import org.schedbook.compile.CompileWorker.Compile;
import org.schedbook.compile.CompileWorker.Compiled;

@Timeout(60)
class CompilerProcessTest {

    private final CompilerProcess compiler = new CompilerProcess();

    @Test
    void itMakesTheSameOfASourceAsTheCompilerHere() throws Exception {
        PolicySource source = PolicySource.builtIn("vtime").orElseThrow();
        CompiledPolicy here = new PolicyCompiler().compile(source);
        CompiledPolicy there = compiler.compile(source);
        assertEquals(here.mainClass(), there.mainClass());
        assertEquals(here.sourceHash(), there.sourceHash());
        assertEquals(here.classes().keySet(), there.classes().keySet());
        here.classes()
                .forEach((name, bytes) -> assertArrayEquals(bytes, there.classes().get(name)));
    }

    @Test
    void problemsHaveTheirPlace() {
        var e = assertThrows(CompileException.class, () -> compile("class X extends Polizei {}"));
        assertEquals("class X extends ".length() + 1, e.problems().getFirst().column());
    }

    @Test
    void whatIsRefusedIsToldFromWhatDoesNotCompile() {
        assertThrows(RefusedException.class, () -> compile(policy("", "System.exit(1);")));
    }

    @Test
    void namesAreCompletedAndExplained() throws Exception {
        String source = policy("", "ins");
        int at = source.indexOf("ins;") + 3;
        assertEquals(
                List.of("insert(", "insertVtime("),
                answered(() -> compiler.complete(source, at).names(), names -> !names.isEmpty()));
        Optional<String> explained =
                answered(
                        () -> compiler.explain("class P extends Policy {}", 18),
                        Optional::isPresent);
        assertTrue(explained.orElseThrow().contains("Policy"));
    }

    /**
     * Where the machine is busy, an answer may come too late to be one; then Tab is pressed again.
     */
    private static <T> T answered(Callable<T> tab, Predicate<T> isAnswer) throws Exception {
        T last = tab.call();
        for (int i = 0; i < 10 && !isAnswer.test(last); i++) {
            last = tab.call();
        }
        return last;
    }

    @Test
    void tabInASwitchThatTakesHoursOffersNothingAndTheNextSourceCompiles() throws Exception {
        String source = exhaustive(16);
        long started = System.nanoTime();
        assertEquals(List.of(), compiler.complete(source, source.indexOf("insert") + 3).names());
        assertTrue(millisSince(started) < 20_000);
        compile(policy("", ""));
    }

    /** Others' sources take their own time, not that of the one that waits for them. */
    @Test
    void howManyWaitBeforeItIsNoFaultOfASource() throws Exception {
        var process = new JavacProcess<>(Duration.ofSeconds(4), CompileWorker.class, Answer.class);
        var slow = new Compile("slow", exhaustive(16), 1);
        Thread other =
                Thread.ofVirtual()
                        .start(
                                () ->
                                        assertThrows(
                                                WorkerLostException.class,
                                                () -> process.ask(slow, Duration.ofSeconds(7))));
        Thread.sleep(Duration.ofMillis(500)); // the other one is before it
        assertInstanceOf(Compiled.class, process.ask(new Compile("mine", policy("", ""), 1)));
        other.join();
    }

    @Test
    void memoryWithoutEndIsAProblemOfTheSource() throws Exception {
        assertTooComplicated(doubling(40));
        compile(policy("", ""));
    }

    @Test
    void depthWithoutEndIsAProblemOfTheSource() throws Exception {
        assertTooComplicated(
                policy("", "int i = " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + ";"));
        assertTooComplicated(policy("", "int i = 1" + " + task.pid()".repeat(4_500) + ";"));
        compile(policy("", ""));
    }

    @Test
    void anInterruptEndsTheCompilerAndTheNextSourceCompiles() throws Exception {
        Thread waiting = Thread.currentThread();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                Thread.sleep(Duration.ofMillis(1500));
                            } catch (InterruptedException e) {
                                return;
                            }
                            waiting.interrupt();
                        });
        long started = System.nanoTime();
        assertThrows(InterruptedException.class, () -> compile(exhaustive(16)));
        assertTrue(millisSince(started) < 15_000);
        compile(policy("", ""));
    }

    @Test
    void aLongSourceIsRefusedForItsLength() {
        var e = assertThrows(CompileException.class, () -> compile("//" + "x".repeat(1 << 16)));
        assertTrue(e.getMessage().contains("65,536"), e.getMessage());
    }

    @Test
    void aModuleIsNoPolicy() {
        var e = assertThrows(CompileException.class, () -> compile("module x {}"));
        assertTrue(e.getMessage().contains("module"), e.getMessage());
        assertTrue(e.getMessage().contains("extends Policy"), e.getMessage());
    }

    private void assertTooComplicated(String source) {
        var e = assertThrows(CompileException.class, () -> compile(source));
        assertTrue(e.getMessage().contains("too complicated to compile"), e.getMessage());
    }

    private CompiledPolicy compile(String text) throws Exception {
        return compiler.compile(new PolicySource("mine", text));
    }

    private static long millisSince(long started) {
        return (System.nanoTime() - started) / 1_000_000;
    }

    private static String policy(String members, String statements) {
        return """
        class P extends Policy {
            %s
            public void enqueue(Task task, long enqFlags) {
                %s;
                insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
            }
        }
        """
                .formatted(members, statements);
    }

    /**
     * Whether a switch over a record is exhaustive takes javac 2 to the power of its components.
     */
    private static String exhaustive(int components) {
        return policy(
                "sealed interface S permits A, B {} record A() implements S {} record B() implements S {}"
                        + " record R("
                        + list(components, "S s%d")
                        + ") {} int f(R r) { return switch (r) {"
                        + IntStream.range(0, components)
                                .mapToObj(
                                        i ->
                                                "case R(%s) -> %d;"
                                                        .formatted(
                                                                list(components, "S s%d")
                                                                        .replaceAll(
                                                                                "S s%d\\b"
                                                                                        .formatted(
                                                                                                i),
                                                                                "A a" + i),
                                                                i))
                                .collect(Collectors.joining())
                        + "case R("
                        + list(components, "B b%d")
                        + ") -> 99; }; }",
                "");
    }

    /** Constants that javac folds, each twice as long as the one before. */
    private static String doubling(int times) {
        return policy(
                "static final String S0 = \"0123456789abcdef\";"
                        + IntStream.range(0, times)
                                .mapToObj(
                                        i ->
                                                "static final String S%d = S%d + S%d;"
                                                        .formatted(i + 1, i, i))
                                .collect(Collectors.joining()),
                "");
    }

    private static String list(int n, String format) {
        return IntStream.range(0, n).mapToObj(format::formatted).collect(Collectors.joining(", "));
    }
}
