package org.schedbook.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Sources have a {@code |} where the cursor stands. */
class PolicyAssistantTest {

    private final PolicyAssistant assistant = new PolicyAssistant();

    private List<String> complete(String source) {
        int at = source.indexOf('|');
        return assistant.complete(source.replace("|", ""), at).names();
    }

    private String explain(String source) {
        int at = source.indexOf('|');
        return assistant.explain(source.replace("|", ""), at).orElse("");
    }

    private static String inEnqueue(String statement) {
        return """
        public class A extends Policy {
            private long vtimeNow;
            public void enqueue(Task task, long enqFlags) {
                %s"""
                .formatted(statement);
    }

    @Test
    void verbsCompleteInAnUnfinishedMethod() {
        assertEquals(List.of("insert(", "insertVtime("), complete(inEnqueue("ins|")));
        assertEquals(List.of("insert(", "insertVtime("), complete(inEnqueue("ins|;\n}\n}")));
    }

    @Test
    void membersOfATaskComplete() {
        assertEquals(List.of("vtime()"), complete(inEnqueue("long v = task.v|")));
        assertTrue(complete(inEnqueue("task.|")).containsAll(List.of("canRunOn(", "ranNs()")));
        assertFalse(complete(inEnqueue("task.|")).contains("storage"));
        assertFalse(complete(inEnqueue("task.|")).contains("wait()"));
    }

    @Test
    void onlyStaticMembersCompleteAfterAType() {
        assertEquals(
                List.of("GLOBAL", "LOCAL", "cpuOf(", "isLocalOn(", "localOn("),
                complete(inEnqueue("insert(task, Dsq.|")).stream()
                        .filter(name -> !name.equals("class"))
                        .toList());
    }

    @Test
    void fieldsParametersAndApiTypesComplete() {
        assertEquals(List.of("vtimeBefore(", "vtimeNow"), complete(inEnqueue("if (vtime|")));
        assertTrue(complete(inEnqueue("insert(ta|")).containsAll(List.of("task", "taskStorage(")));
        assertEquals(List.of("TaskStorage"), complete(inEnqueue("TaskS|")));
    }

    @Test
    void callbacksCompleteWhereOneIsDeclared() {
        assertEquals(
                List.of("dispatch("),
                complete("public class A extends Policy {\n  public void disp|"));
        assertEquals(List.of("Policy", "PolicyException"), complete("public class A extends Pol|"));
    }

    @Test
    void theStartOfTheNameIsReturned() {
        assertEquals(4, assistant.complete("abc Pol", 7).start());
    }

    @Test
    void aVerbIsExplainedWithItsJavadoc() {
        String text = explain(inEnqueue("insertV|time(task, 0, 1, task.vtime(), enqFlags);\n}\n}"));
        assertTrue(
                text.startsWith(
                        "void Policy.insertVtime(Task task, long dsq, long sliceNs, long vtime, long"
                                + " enqFlags)\n\nPuts a task into a DSQ of the policy's own, ordered by"
                                + " vtime"),
                text);
        assertFalse(text.contains("{@"), text);
    }

    @Test
    void anOverriddenCallbackIsExplainedAsTheApiDoes() {
        String text = explain("class A extends Policy { public void en|queue(Task t, long f) {} }");
        assertTrue(text.contains("Takes a runnable task: it woke up"), text);
    }

    @Test
    void constantsTypesAndOwnFieldsAreExplained() {
        assertTrue(explain(inEnqueue("long s = SLICE_|DFL_NS;\n}\n}")).contains("= 20000000"));
        assertTrue(explain(inEnqueue("Ta|sk t = task;\n}\n}")).startsWith("class Task\n\nA task:"));
        assertEquals("long A.vtimeNow", explain(inEnqueue("vtime|Now++;\n}\n}")));
    }

    @Test
    void amongItsArgumentsACallIsExplained() {
        assertTrue(explain(inEnqueue("insert(task, (1 + 2),| ")).startsWith("void Policy.insert("));
    }

    @Test
    void aBrokenSourceIsStillExplainedByTheApi() {
        assertTrue(explain("moveTo|Local(").contains("Moves the first task"));
        assertEquals("", explain("no|body"));
        assertEquals("", explain("  |  "));
    }
}
