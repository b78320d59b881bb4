package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;

/** Policies in C: what may be written, and what is refused in whatever way it is spelt. */
class HandWrittenTest {

    private static final Path HOSTILE = Path.of("src/test/resources/org/schedbook/kernel/hostile");

    static List<Path> hostile() throws Exception {
        try (var files = Files.list(HOSTILE)) {
            return files.sorted().toList();
        }
    }

    /** The first line of each says what is refused, and in which line. */
    @ParameterizedTest
    @MethodSource("hostile")
    void whatReadsFilesOrLeavesThePreludeIsRefused(Path file) throws Exception {
        String text = Files.readString(file);
        String[] expected = text.lines().findFirst().orElseThrow().substring(3).split(": ", 2);
        int line = Integer.parseInt(expected[0].replace("line ", ""));
        var e =
                assertThrows(
                        HandWrittenException.class,
                        () -> HandWritten.of(new PolicySource("hostile", text)));
        assertTrue(
                e.problems().stream()
                        .anyMatch(p -> p.line() == line && p.message().contains(expected[1])),
                () -> e.problems().toString());
        assertFalse(e.problems().toString().contains("root:"), () -> e.problems().toString());
    }

    /** Each is a way to say include: so that the gate does not hold by accident. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "#include \"/etc/passwd\"",
                "  #  include \"/etc/passwd\"",
                "/* a */ # /* b */ include \"/etc/passwd\"",
                "#inc\\\nlude \"/etc/passwd\"",
                "#\\ \ninclude \"/etc/passwd\"",
                "\r#include \"/etc/passwd\"",
                "x\r#include \"/etc/passwd\"",
                "\f#include \"/etc/passwd\"",
                "\u000b#include \"/etc/passwd\"",
                "\u00a0#include \"/etc/passwd\"",
                "\u2028#include \"/etc/passwd\"",
                "\0#include \"/etc/passwd\"",
                "%:include \"/etc/passwd\"",
                "??=include \"/etc/passwd\"",
                "f(\n#include \"/etc/passwd\"\n)",
                "#if 0\n#else\n#include \"/etc/passwd\"\n#endif",
                "/*/ */#include \"/etc/passwd\"\n/* */",
                "// \\\n not yet\n#include \"/etc/passwd\"",
                "'\\''; \"//\"\n#include \"/etc/passwd\"",
                "R\"(\n)\" \n#include \"/etc/passwd\"",
                "1'0'0\n#include \"/etc/passwd\"",
                "\"\n#include \"/etc/passwd\"",
                "#import \"/etc/passwd\"",
                "#include_next \"/etc/passwd\"",
                "#embed \"/etc/passwd\"",
                "#line 1 \"/etc/passwd\"",
                "# 1 \"/etc/passwd\"",
                "#pragma GCC dependency \"/etc/passwd\"",
            })
    void noSpellingOfADirectiveGetsThrough(String spelling) {
        String text = spelling + "\n" + "static void enqueue(SB, struct task_struct *t, s64 f) {}";
        assertFalse(new HandText(text).problems().isEmpty(), spelling);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fifo", "vtime"})
    void policiesInCCompile(String name) throws Exception {
        String text = Files.readString(Path.of("src/jmh/c", name + ".c"));
        HandWritten written = HandWritten.of(new PolicySource("by-hand", text));
        KernelPolicy policy = written.policy(new PolicyCompiler().compile(written.init()));
        assertTrue(policy.byHand());
        assertEquals(name.equals("vtime"), written.init().text().contains("createDsq(0L)"), name);
    }

    @Test
    void allThatThePreludeHasMayBeUsed() throws Exception {
        String text =
                """
                struct seen { s64 times; };
                sb_storage(seen, states);
                sb_map(s32, s64, counts);
                SB_DSQS(3, 1 + 1);
                /* don't, and "do not" */
                #define HALF(x) ((x) / 2)
                static s32 selectCpu(SB, struct task_struct *task, s32 prevCpu, s64 wakeFlags)
                {
                    s32 cpu = sb_pick_idle_cpu(task);
                    return cpu < 0 ? prevCpu : cpu;
                sb_out: return prevCpu;
                }
                static void enqueue(SB, struct task_struct *task, s64 enqFlags)
                {
                    sb_get(states, task)->times++;
                    sb_map_merge(counts, sb_pid(task), 1, sb_add);
                    sb_insert(task, sb_nr_queued(3) > 4 ? 2 : 3, HALF(SLICE_INF_NS * -40), enqFlags);
                sb_out:;
                }
                static void dispatch(SB, s32 cpu, struct task_struct *prev)
                {
                    if (!sb_move_to_local(2))
                        sb_move_to_local(3);
                sb_out:;
                }
                """;
        HandWritten written = HandWritten.of(new PolicySource("all", text));
        assertTrue(
                written.init().text().contains("createDsq(3L); createDsq(2L);"),
                written.init().text());
        assertTrue(written.layout().selectCpu());
    }

    @Test
    void whatClangSaysIsSaidAtTheLineOfTheCell() {
        String text =
                """
                static void enqueue(SB, struct task_struct *task, s64 enqFlags)
                {
                    sb_insert(tusk, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
                sb_out:;
                }
                """;
        for (int first : new int[] {1, 7}) {
            var e =
                    assertThrows(
                            HandWrittenException.class,
                            () -> HandWritten.of(new PolicySource("typo", text, first)));
            Problem problem = e.problems().getFirst();
            assertEquals(3, problem.line(), problem.toString());
            assertEquals(15, problem.column(), problem.toString());
            assertTrue(problem.message().contains("tusk"), problem.toString());
        }
    }

    @Test
    void theWayOutOfAFunctionIsNamed() {
        String text =
                """
                static void enqueue(SB, struct task_struct *task, s64 enqFlags)
                {
                    sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
                }
                """;
        var e =
                assertThrows(
                        HandWrittenException.class,
                        () -> HandWritten.of(new PolicySource("out", text)));
        assertTrue(e.getMessage().contains("ends with sb_out:;"), e.getMessage());
        assertEquals(3, e.problems().getFirst().line());
    }

    @Test
    void aTextThatGrowsWithoutMeasureIsGivenUp() {
        String text =
                """
                #define A(x) x x x x x x x x x x
                #define B(x) A(A(A(A(x))))
                #define C(x) B(B(B(x)))
                static void enqueue(SB, struct task_struct *task, s64 enqFlags)
                {
                    C(C(enqFlags++;))
                }
                """;
        var e =
                assertThrows(
                        ClangException.class,
                        () -> HandWritten.of(new PolicySource("grows", text)));
        assertTrue(e.getMessage().contains("was given up"), e.getMessage());
    }
}
