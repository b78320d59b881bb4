package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Enq;
import org.schedbook.policy.Kick;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.policy.TaskStorage;
import org.schedbook.policy.Topology;

class ApiReferenceTest {

    private final String reference = ApiReference.text();

    @ParameterizedTest
    @ValueSource(
            classes = {
                Policy.class,
                Task.class,
                TaskStorage.class,
                Dsq.class,
                Enq.class,
                Kick.class,
                Topology.class
            })
    void everythingAPolicyMayUseIsInIt(Class<?> type) {
        assertTrue(reference.contains(type.getSimpleName()), type.getSimpleName());
        Arrays.stream(type.getDeclaredMethods())
                .filter(
                        m ->
                                Modifier.isPublic(m.getModifiers())
                                        || Modifier.isProtected(m.getModifiers()))
                .filter(m -> !m.isSynthetic() && !type.isRecord())
                .forEach(
                        m -> assertTrue(reference.contains(" " + m.getName() + "("), m.toString()));
        Arrays.stream(type.getDeclaredFields())
                .filter(f -> Modifier.isPublic(f.getModifiers()))
                .forEach(
                        f ->
                                assertTrue(
                                        reference.contains(" " + f.getName() + " ="),
                                        f.toString()));
    }

    @Test
    void itShowsNoBodiesAndNothingThatIsNotForPolicies() {
        assertFalse(reference.contains("scx."), reference);
        assertFalse(reference.contains("private"), reference);
        assertFalse(reference.contains("{@"), reference);
        assertFalse(reference.contains("bind("), reference);
    }

    private static PolicyPrompt prompt(String words) {
        var fifo = PolicySource.builtIn("fifo").orElseThrow();
        return new PolicyPrompt(words, fifo, Situation.UNKNOWN, PromptTexts.builtIn());
    }

    @Test
    void theWholeRequestFitsSixThousandTokens() throws Exception {
        int characters =
                prompt("Let the tasks that sleep most go first.").messages().stream()
                        .mapToInt(m -> m.content().length())
                        .sum();
        // Code has about 3.5 characters a token; 3 is on the safe side.
        assertTrue(characters / 3 < 6000, characters + " characters");
    }

    @Test
    void thePoliciesShownInTheRequestCompileAndScheduleEveryTaskInTheSimulator() throws Exception {
        var system = prompt("x").messages().getFirst().content();
        var blocks = system.split("```java\n");
        assertEquals(4, blocks.length, "the intro's own mention, the API, and two examples");
        var compiler = new PolicyCompiler();
        for (int i = 2; i < blocks.length; i++) {
            var source = new PolicySource("example", blocks[i].split("```")[0]);
            var result = new DryRun(2).run(source, compiler.compile(source));
            assertEquals(List.of(), result.problems());
            assertFalse(result.behaviour().isEmpty());
        }
    }
}
