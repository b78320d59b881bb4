package org.schedbook.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.policy.Policy;

class PolicyCheckTest {

    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    /** The first line of a hostile source says which rule must refuse it. */
    private static final Pattern RULE = Pattern.compile("^// .* Rule: ([a-z-]+)\n");

    /** ... and this stands on the line that must be named. */
    private static final String HERE = "// here";

    static Stream<String> hostile() throws IOException {
        return names("hostile");
    }

    static Stream<String> harmless() throws IOException {
        return names("harmless");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostilePolicyIsRefusedByItsRuleAtItsLine(String name) throws Exception {
        String text = text("hostile", name);
        Matcher rule = RULE.matcher(text);
        assertTrue(rule.find(), "the first line names no rule");
        var e = assertThrows(RefusedException.class, () -> compile(text));
        Problem problem =
                e.problems().stream()
                        .filter(p -> p.message().contains("rule '" + rule.group(1) + "'"))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(e.problems()));
        List<String> lines = text.lines().toList();
        int here =
                text.contains(HERE)
                        ? lines.indexOf(
                                        lines.stream()
                                                .filter(l -> l.endsWith(HERE))
                                                .findFirst()
                                                .orElseThrow())
                                + 1
                        : 1;
        assertEquals(here, problem.line(), problem.toString());
        assertEquals(lines.get(here - 1), problem.sourceLine());
        int end = problem.column() - 1 + problem.length();
        assertTrue(problem.column() >= 1 && end <= problem.sourceLine().length(), "" + problem);
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void aHarmlessPolicyPasses(String name) throws Exception {
        assertInstanceOf(Policy.class, compile(text("harmless", name)).newPolicy());
    }

    @Test
    void theCorporaAreThere() throws Exception {
        assertTrue(hostile().count() >= 40);
        assertTrue(harmless().count() >= 12);
    }

    @Test
    void everyRuleRefusesSomethingInTheCorpus() throws Exception {
        Set<Rule> untried = EnumSet.allOf(Rule.class);
        for (String name : hostile().toList()) {
            Matcher rule = RULE.matcher(text("hostile", name));
            rule.find();
            untried.removeIf(r -> r.toString().equals(rule.group(1)));
        }
        assertEquals(Set.of(), untried);
    }

    @Test
    void muchCodeIsRefused() {
        String text = "\"" + "\u3042".repeat(20_000) + "\""; // three bytes each in a class file
        String source =
                """
                public class Large extends Policy {
                    private String a = %s, b = %s;
                    public void enqueue(Task task, long enqFlags) {}
                }
                """
                        .formatted(text, text.replace('\u3042', '\u3044'));
        assertEquals(List.of(1), lines(source));
    }

    @Test
    void eachLineIsToldOnceForARule() {
        assertEquals(
                List.of(3, 4),
                lines(
                        """
                        public class Two extends Policy {
                            public void enqueue(Task task, long enqFlags) {
                                System.out.println(System.err); System.out.flush();
                                System.out.println();
                            }
                        }
                        """));
    }

    @Test
    void theWordAtFaultIsUnderlined() {
        String line = "        System.exit(0);";
        var problem =
                assertThrows(
                                RefusedException.class,
                                () ->
                                        compile(
                                                "public class X extends Policy {\n"
                                                        + "    public void enqueue(Task t, long f)"
                                                        + " {\n"
                                                        + line
                                                        + "\n    }\n}\n"))
                        .problems()
                        .getFirst();
        assertEquals(line.indexOf("exit") + 1, problem.column());
        assertEquals("exit".length(), problem.length());
        assertTrue(problem.message().contains("java.lang.System.exit"), problem.message());
    }

    @Test
    void everyRuleSaysWhatToDoInstead() {
        for (Rule rule : Rule.values()) {
            assertTrue(rule.principle().endsWith("."), rule.principle());
            assertTrue(rule.instead().endsWith("."), rule.instead());
        }
    }

    /** So that a word misspelt in the table, or gone from Java, is noticed. */
    @Test
    void everythingOnTheAllowListExists() throws Exception {
        for (var entry : AllowList.INSTANCE.types().entrySet()) {
            if (entry.getKey().endsWith(".*")) {
                continue;
            }
            Class<?> type = Class.forName(entry.getKey());
            var members = new ArrayList<String>();
            Arrays.stream(type.getDeclaredMethods()).forEach(m -> members.add(m.getName()));
            Arrays.stream(type.getDeclaredFields()).forEach(f -> members.add(f.getName()));
            members.add("<init>");
            for (String word : entry.getValue()) {
                assertTrue(
                        word.equals("*") || members.contains(word.replaceFirst("^-", "")),
                        entry.getKey() + " declares no " + word);
            }
        }
    }

    @Test
    void whatIsNotOnTheListIsRefusedWhateverItIs() {
        assertFalse(AllowList.INSTANCE.allows("java.util.function.no.Such"));
        assertFalse(AllowList.INSTANCE.allows("java.util.Timer"));
        assertFalse(AllowList.INSTANCE.allows("java.lang.Object", "wait"));
        assertFalse(AllowList.INSTANCE.allows("java.util.Collection", "parallelStream"));
    }

    private static List<Integer> lines(String source) {
        return assertThrows(RefusedException.class, () -> compile(source)).problems().stream()
                .map(Problem::line)
                .toList();
    }

    private static CompiledPolicy compile(String text) throws CompileException {
        return COMPILER.compile(new PolicySource("mine", text));
    }

    private static Stream<String> names(String corpus) throws IOException {
        try (Stream<Path> files = Files.list(directory(corpus))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    private static String text(String corpus, String name) throws IOException {
        return Files.readString(directory(corpus).resolve(name));
    }

    private static Path directory(String corpus) {
        return Path.of(PolicyCheckTest.class.getResource(corpus).getPath());
    }
}
