package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.schedbook.check.Promise;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.Completion;

class PromiseTrialTest {

    private static Gate.Result held(String promises, String members) throws Exception {
        var source =
                new PolicySource(
                        "mine",
                        "/** Ours. */\n%s\npublic class Mine extends Policy {\n%s}\n"
                                .formatted(promises, members));
        return new PromiseTrial().run(source, new PolicyCompiler().compile(source));
    }

    private static String text(Gate.Result result) {
        return result.problems().stream().map(Problem::message).collect(Collectors.joining("\n"));
    }

    private static final String IN_TURN =
            """
            public void init() { createDsq(0); }
            public void enqueue(Task task, long enqFlags) {
                insert(task, 0, 4_000_000, enqFlags);
            }
            public void dispatch(int cpu, Task prev) { moveToLocal(0); }
            """;

    @Test
    void aPolicyThatKeepsItsPromisesPassesAndEachIsNamed() throws Exception {
        Gate.Result result =
                held("// Promises: runs-in-turn, no-wait-over 50ms, stays-on-cpu", IN_TURN);
        assertFalse(result.passed(), "ten hogs on four CPUs move");
        result = held("// Promises: runs-in-turn, no-wait-over 50ms", IN_TURN);
        assertTrue(result.passed(), text(result));
        assertEquals("✓ runs-in-turn, ✓ no-wait-over 50ms", result.detail());
    }

    @Test
    void aBrokenPromiseIsToldWithItsLineTheLoadTheScheduleAndAHint() throws Exception {
        Gate.Result result = held("// Promises: shares-by-weight 5%, runs-in-turn", IN_TURN);
        assertFalse(result.passed());
        String text = text(result);
        assertEquals(
                "✗ shares-by-weight 5%, ✓ runs-in-turn", result.problems().getFirst().message());
        Problem broken = result.problems().get(1);
        assertEquals(2, broken.line());
        assertTrue(broken.sourceLine().startsWith("// Promises"), broken.toString());
        assertTrue(text.contains("four tasks of weights 1 to 4 on a CPU"), text);
        assertTrue(text.contains("w400"), text);
        assertTrue(text.contains("CPU 0  |"), text);
        assertTrue(text.contains("Hint: "), text);
    }

    @Test
    void aPolicyThatPromisesNothingIsHeldToNothingAndThatIsSaid() throws Exception {
        for (String line : List.of("", "// Promises: none", "// It is fast.")) {
            Gate.Result result = held(line, IN_TURN);
            assertTrue(result.passed());
            assertEquals("it makes none", result.skipped(), line);
        }
    }

    @Test
    void aPromiseThatNoLoadPutsToTheTestIsNotTakenForKept() throws Exception {
        String untested = "– no-wait-over 60000ms (no load puts it to the test)";
        Gate.Result result = held("// Promises: no-wait-over 60s, runs-in-turn", IN_TURN);
        assertTrue(result.passed());
        assertEquals(untested + ", ✓ runs-in-turn", result.detail());
        result = held("// Promises: no-wait-over 60s", IN_TURN);
        assertTrue(result.passed());
        assertEquals(untested, result.skipped());
    }

    @Test
    void whatIsNoPromiseIsToldWithThoseThatThereAre() throws Exception {
        Gate.Result result = held("// Promises: is-fast", IN_TURN);
        assertFalse(result.passed());
        assertEquals(2, result.problems().getFirst().line());
        assertTrue(text(result).contains("there are: no-wait-over"), text(result));
    }

    @Test
    void aPolicyThatThrowsOnATextbookMachineFails() throws Exception {
        Gate.Result result =
                held(
                        "// Promises: runs-in-turn",
                        """
                        public void enqueue(Task task, long enqFlags) {
                            if (task.weight() == 400) throw new IllegalStateException("400");
                            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                        }
                        """);
        assertFalse(result.passed());
        assertTrue(text(result).contains("IllegalStateException: 400"), text(result));
    }

    @Test
    void everyAnswerIsHeldToItsPromises() throws Exception {
        String answer =
                """
                ```java
                /** In order of arrival. */
                // Promises: shares-by-weight 5%
                public class Mine extends Policy {
                    public void enqueue(Task task, long enqFlags) {
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                }
                ```
                """;
        var gates = Gates.standard(new PolicyCompiler(), new DryRun(2), Optional.empty());
        Verdict verdict =
                gates.judge(
                        new Completion(answer, "m", "stop", 0, 0, 0, ""),
                        "mine",
                        new Gates.Observer() {});
        assertEquals("PROMISE", verdict.failed().orElseThrow().name());
        String feedback =
                Feedback.on(verdict, Form.JAVA, PromptTexts.builtIn()).getLast().content();
        assertTrue(feedback.contains("✗ shares-by-weight 5%"), feedback);
        assertTrue(feedback.contains("line 2: shares-by-weight 5%, four tasks"), feedback);
    }

    @Test
    void theRequestHasTheWholeVocabulary() {
        String system = PromptTexts.builtIn().fill("system.md", Map.of());
        for (Promise.Kind kind : Promise.Kind.values()) {
            assertTrue(system.contains("- `" + kind.word()), system);
            assertTrue(system.contains(kind.meaning()), system);
        }
        assertFalse(
                Pattern.compile("^\\{\\w+\\}$", Pattern.MULTILINE).matcher(system).find(), system);
    }
}
