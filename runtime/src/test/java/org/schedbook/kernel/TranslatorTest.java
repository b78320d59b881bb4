package org.schedbook.kernel;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;

class TranslatorTest {

    private static final Pattern LABEL = Pattern.compile("\\[([a-z-]+)]");

    /** What the policies of the compiler's tests are refused for; the others are translated. */
    private static final Map<String, List<String>> REFUSED =
            Map.ofEntries(
                    entry("Anonymous", List.of("no-objects", "one-key")),
                    entry("Enums", List.of("no-enum", "no-library", "no-map")),
                    entry("Equality", List.of("array-alias", "no-lambda", "no-library", "no-map")),
                    entry("Ewma", List.of("array-alias", "no-floating-point")),
                    entry("Exceptions", List.of("no-exceptions")),
                    entry("Lambdas", List.of("array-alias", "no-lambda", "no-objects")),
                    entry("NestedGenerics", List.of("no-library", "no-objects")),
                    entry("PatternSwitch", List.of("no-objects")),
                    entry(
                            "PriorityQueueWithComparator",
                            List.of("dequeue-does-more", "no-objects", "one-key")),
                    entry("Records", List.of("no-library", "no-objects")),
                    entry("Streams", List.of("no-library", "no-objects")),
                    entry("StringSwitch", List.of("late-field", "no-library", "no-strings")));

    static Iterable<String> refused() {
        return REFUSED.keySet();
    }

    static Iterable<String> builtInNames() {
        return PolicySource.builtInNames();
    }

    private static PolicySource harmless(String name) throws Exception {
        try (InputStream in =
                PolicySource.class.getResourceAsStream("harmless/" + name + ".java")) {
            return new PolicySource(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** A policy whose enqueue has a body, on lines 2 and following. */
    private static PolicySource enqueue(String members, String body) {
        return new PolicySource(
                "tried",
                """
                public class Tried extends Policy {
                %s
                    public void enqueue(Task task, long enqFlags) {
                %s
                        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                    }
                }
                """
                        .formatted(members, body));
    }

    private static String c(PolicySource source) throws Exception {
        new PolicyCompiler().compile(source);
        Translation translation = Translator.translate(source);
        Clang.compile(translation, source); // it must be C, whatever else it is
        return translation.c();
    }

    private static List<String> labels(PolicySource source) {
        var e = assertThrows(UnsupportedException.class, () -> Translator.translate(source));
        var labels = new TreeSet<String>();
        e.problems()
                .forEach(
                        problem ->
                                LABEL.matcher(problem.message())
                                        .results()
                                        .forEach(match -> labels.add(match.group(1))));
        return List.copyOf(labels);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatCannotBeTranslatedIsRefusedByName(String name) throws Exception {
        assertEquals(REFUSED.get(name), labels(harmless(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Lottery", "MultiLevelFeedback"})
    void theOthersAreTranslated(String name) throws Exception {
        c(harmless(name));
    }

    @ParameterizedTest
    @MethodSource("builtInNames")
    void aPolicyHasAsManyLinesInCAsInJava(String name) throws Exception {
        PolicySource source = PolicySource.builtIn(name).orElseThrow();
        assertEquals(source.text().split("\n", -1).length + 1, c(source).split("\n", -1).length);
    }

    @Test
    void aLineOfCStandsOnTheLineOfTheJavaItWasMadeFrom() throws Exception {
        PolicySource source = PolicySource.builtIn("vtime").orElseThrow();
        List<String> c = c(source).lines().toList();
        List<String> java = source.text().lines().toList();
        for (int i = 0; i < java.size(); i++) {
            if (java.get(i).contains("insertVtime(")) {
                assertEquals(
                        "        sb_insert_vtime(task, SHARED, SLICE_DFL_NS, vtime, enqFlags);",
                        c.get(i));
                return;
            }
        }
        throw new AssertionError(source.text());
    }

    @Test
    void theObjectIsTheSameWhereverItIsMade() throws Exception {
        PolicySource source = PolicySource.builtIn("rr").orElseThrow();
        Translation translation = Translator.translate(source);
        assertArrayEquals(Clang.compile(translation, source), Clang.compile(translation, source));
        var elf = new String(Clang.compile(translation, source), StandardCharsets.ISO_8859_1);
        assertTrue(!elf.contains("schedbook-clang") && !elf.contains("/tmp"), "a path is in it");
    }

    @Test
    void commentsStayWhereTheyAre() throws Exception {
        String c =
                c(enqueue("    int n; // of all", "        /* here */\n        n++; // and there"));
        assertTrue(c.contains("s32 n; // of all"), c);
        assertTrue(c.contains("        /* here */\n        sb_add(n, 1); // and there"), c);
    }

    @Test
    void aCommentCannotBecomeCode() throws Exception {
        String c =
                c(
                        enqueue(
                                "",
                                """
                                        // one \\
                                        /* *\\
                                        / error one */
                                        int n = 0; // two \\ \s
                                        n++;
                                """));
        assertTrue(c.contains("n++;"), c);
        c(enqueue("    // \\u000a int x;\n    /* *\\u002f int y; /* */", ""));
    }

    @Test
    void whatAllCpusChangeIsChangedAtOnce() throws Exception {
        String c =
                c(
                        enqueue(
                                "    long a, b, c, d; int e;",
                                """
                                        a++;
                                        b += task.weight();
                                        c = Math.max(c, task.pid());
                                        if (d < task.pid()) { d = task.pid(); }
                                        e -= 2;
                                """));
        assertTrue(c.contains("sb_add(a, 1)"), c);
        assertTrue(c.contains("sb_add(b, sb_weight(task))"), c);
        assertTrue(c.contains("sb_raise(c, sb_pid(task))"), c);
        assertTrue(c.contains("sb_raise(d, sb_pid(task))"), c);
        assertTrue(c.contains("sb_add(e, -(s32)(2))"), c);
    }

    @Test
    void onlyWhatMayChangeMeanwhileIsPutAside() throws Exception {
        String c =
                c(
                        enqueue(
                                "    int n;",
                                """
                                        int most = task.pid();
                                        boolean a = ++n > 8, b = ++n < most;
                                        boolean d = ++n > n, e = n++ < (most += 2);
                                        boolean f = (most = 3) > most;
                                """));
        assertTrue(c.contains("bool a = (sb_add(n, 1)) > 8;"), c);
        assertTrue(c.contains("bool b = (sb_add(n, 1)) < most;"), c);
        assertTrue(c.contains("({ s32 sb_1 = (sb_add(n, 1)); sb_1 > n; })"), c);
        assertTrue(c.contains("({ s32 sb_4 = (sb_add_after(n, 1)); sb_4 < ((most += 2)); })"), c);
        assertTrue(c.contains("({ s32 sb_5 = ((most = 3)); sb_5 > most; })"), c);
    }

    @Test
    void aFieldThatMayLoseAnUpdateIsNamed() throws Exception {
        PolicySource source =
                enqueue(
                        "    int since, n;",
                        "        n++;\n        since = since > 8 ? 0 : since * 2;");
        assertEquals(
                "[line 5: since may lose an update when two CPUs decide at once]",
                Translator.translate(source).notes().toString());
    }

    @Test
    void whatIsToldOfAPolicyIsToldInLinesOfItsCell() throws Exception {
        String text =
                """
                public class Late extends Policy {
                    int since;
                    public void enqueue(Task task, long enqFlags) {
                        since = since > 8 ? 0 : since * 2;
                        double x = 0;
                    }
                }
                """;
        var e =
                assertThrows(
                        UnsupportedException.class,
                        () -> Translator.translate(new PolicySource("late", text, 3)));
        // As with the compiler's own, what is marked is a line of the text.
        assertEquals(5, e.problems().getFirst().line());
        assertEquals(9, e.problems().getFirst().column());
        Translation late =
                Translator.translate(
                        new PolicySource("late", text.replace("double x = 0;", ""), 3));
        assertEquals(6, late.notes().getFirst().line());
        assertTrue(late.text().contains("#line 3 \"late.java\"\n"), late.text());
        String one =
                "public class Late extends Policy { double d; public void enqueue(Task t, long f) {"
                        + " d++; } }";
        var first =
                assertThrows(
                        UnsupportedException.class,
                        () -> Translator.translate(new PolicySource("late", one, 2)));
        assertEquals(1, first.problems().getFirst().line());
        assertEquals(one.indexOf("d++") + 1, first.problems().getFirst().column());
    }

    @Test
    void namesThatMeanSomethingInCAreChanged() throws Exception {
        String c =
                c(
                        enqueue(
                                "    int signed, SEC, sb_now_ns; int level() { return signed; }",
                                "        int typeof = SEC + level(); int level = level();\n"
                                        + "        signed = typeof + level + sb_now_ns++;"));
        assertTrue(c.contains("signed_") && c.contains("SEC_") && c.contains("typeof_"), c);
    }

    @Test
    void refusalsNameLineColumnAndWhatToDo() {
        var e =
                assertThrows(
                        UnsupportedException.class,
                        () ->
                                Translator.translate(
                                        enqueue("", "        double x = task.weight() / 2.0;")));
        var problem = e.problems().getFirst();
        assertEquals(4, problem.line());
        assertEquals(9, problem.column());
        assertTrue(problem.message().contains("keep parts per thousand"), problem.message());
        assertTrue(problem.message().endsWith("runs it as it is"), problem.message());
    }

    @Test
    void whatIsPossibleOnlyElsewhereIsRefused() {
        assertEquals(List.of("create-late"), labels(enqueue("", "        createDsq(1);")));
        assertEquals(List.of("move-early"), labels(enqueue("", "        moveToLocal(1);")));
        assertEquals(
                List.of("move-early"),
                labels(
                        enqueue(
                                "    ArrayDeque<Task> q = new ArrayDeque<>();",
                                "        q.poll();")));
        assertEquals(
                List.of("late-value"),
                labels(enqueue("", "        int n = topology().cpus().size();")));
        assertEquals(List.of("array-late"), labels(enqueue("", "        long[] x = new long[2];")));
        assertEquals(
                List.of("recursion"),
                labels(
                        enqueue(
                                "    int f(int n) { return n > 0 ? f(n - 1) : 0; }",
                                "        f(3);")));
        assertEquals(
                List.of("insert-early"),
                labels(enqueue("    public void running(Task t) { insert(t, 1, 1, 0); }", "")));
        assertEquals(
                List.of("task-field"),
                labels(enqueue("    Task last;", "        if (last == task) return;")));
        assertEquals(
                List.of("dequeue-does-more"),
                labels(enqueue("    int n; public void dequeue(Task t, long f) { n--; }", "")));
    }

    @Test
    void aDsqOfBothKindsIsRefused() {
        assertEquals(
                List.of("mixed-dsq"),
                labels(
                        enqueue(
                                "    static final long Q = 3;",
                                "        if (task.pid() > 9) insertVtime(task, Q, 1, 1, 0);\n"
                                        + "        else insert(task, Q, 1, 0);")));
    }
}
