package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;

@Timeout(60)
class TranslatorProcessTest {

    private static final PolicySource FIFO = PolicySource.builtIn("fifo").orElseThrow();

    private static CompiledPolicy compiled;

    @BeforeAll
    static void compile() throws Exception {
        compiled = new CompilerProcess().compile(FIFO);
    }

    static Iterable<String> builtInNames() {
        return PolicySource.builtInNames();
    }

    @ParameterizedTest
    @MethodSource("builtInNames")
    void itMakesTheSameOfASourceAsTheTranslatorHere(String name) throws Exception {
        PolicySource source = PolicySource.builtIn(name).orElseThrow();
        assertEquals(Translator.translate(source), TranslatorProcess.translate(source));
    }

    @Test
    void whatCannotBeTranslatedHasItsPlace() {
        PolicySource source = policy("double d = 1;", 3);
        var here = assertThrows(UnsupportedException.class, () -> Translator.translate(source));
        assertEquals(here.problems(), problems(source));
    }

    @Test
    void memoryWithoutEndIsAProblemOfTheSource() throws Exception {
        assertTooComplicated(unbounded("javac-doubling-constants"));
        assertTranslates();
    }

    @Test
    void depthWithoutEndIsAProblemOfTheSource() throws Exception {
        assertTooComplicated(
                policy("int i = " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + ";", 1));
        assertTooComplicated(policy("int i = 1" + " + task.pid()".repeat(4_500) + ";", 1));
        assertTranslates();
    }

    @Test
    void anInterruptEndsTheTranslationAndTheNextPolicyIsTranslated() throws Exception {
        PolicySource source = unbounded("javac-exhaustive-switch");
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
        assertThrows(InterruptedException.class, () -> KernelPolicy.of(source, compiled));
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        assertTrue(took.toSeconds() < 15, "it took " + took);
        assertTranslates();
    }

    private static void assertTooComplicated(PolicySource source) {
        String message = problems(source).getFirst().message();
        assertTrue(message.contains("too complicated to compile"), message);
    }

    private static List<Problem> problems(PolicySource source) {
        return assertThrows(UnsupportedException.class, () -> KernelPolicy.of(source, compiled))
                .problems();
    }

    private static void assertTranslates() throws Exception {
        assertEquals("fifo@kernel", KernelPolicy.of(FIFO, compiled).label());
    }

    private static PolicySource policy(String statements, int firstLine) {
        return new PolicySource(
                "mine",
                """
                class P extends Policy {
                    public void enqueue(Task task, long enqFlags) {
                        %s
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                }
                """
                        .formatted(statements),
                firstLine);
    }

    private static PolicySource unbounded(String name) throws Exception {
        try (InputStream in =
                PolicySource.class.getResourceAsStream("unbounded/" + name + ".java")) {
            return new PolicySource(
                    "stranger", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
