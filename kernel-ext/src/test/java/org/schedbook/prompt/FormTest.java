package org.schedbook.prompt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.HandWritten;
import org.schedbook.kernel.Prelude;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;

/** What is asked of a model that is to write for the kernel, and what its answers go through. */
@Timeout(120)
class FormTest {

    private static final PromptTexts TEXTS = PromptTexts.builtIn();

    private static final String FIFO =
            """
            // Promises: none
            public class Good extends Policy {
                public void enqueue(Task task, long enqFlags) {
                    insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                }
            }
            """;

    private static final String C_FIFO =
            """
            static void enqueue(SB, struct task_struct *task, s64 enqFlags)
            {
                sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
            sb_out:;
            }
            """;

    private static List<ChatMessage> request(Form form) {
        return new PolicyPrompt(
                        "First come.",
                        PolicySource.builtIn("fifo").orElseThrow(),
                        Situation.UNKNOWN,
                        TEXTS,
                        form)
                .messages();
    }

    @Test
    void theSubsetIsAddedToTheRequestAndNothingElseChanges() {
        List<ChatMessage> java = request(Form.JAVA);
        List<ChatMessage> inKernel = request(Form.IN_KERNEL);
        assertEquals(java.getLast(), inKernel.getLast());
        String system = inKernel.getFirst().content();
        assertTrue(system.startsWith(java.getFirst().content().strip() + "\n\n# In the kernel"));
        assertFalse(java.getFirst().content().contains("# In the kernel"));
    }

    /** Each name that a person may be told, so that a model can keep to it beforehand. */
    @Test
    void theSubsetNamesAllThatIsRefused() throws Exception {
        String page = Files.readString(Path.of("../docs/in-kernel.md"));
        String table = page.substring(page.indexOf("## What is refused"));
        table = table.substring(0, table.indexOf("\n## ", 3));
        var names = new TreeSet<String>();
        Pattern.compile("(?m)^\\| (`[^|]*`) \\|")
                .matcher(table)
                .results()
                .flatMap(row -> Pattern.compile("`([a-z-]+)`").matcher(row.group(1)).results())
                .forEach(name -> names.add(name.group(1)));
        assertTrue(names.size() > 20, names.toString());
        names.removeIf(name -> TEXTS.get("in-kernel.md").contains("[" + name + "]"));
        assertEquals(new TreeSet<>(), names);
    }

    @Test
    void whatAModelIsToldOfThePreludeIsThereAndItsExampleCompiles() throws Exception {
        String system = request(Form.BPF).getFirst().content();
        var unknown = new TreeSet<String>();
        Pattern.compile("\\b(?:sb_|SB_|Dsq_|Enq_|Kick_|SLICE_)\\w+")
                .matcher(system)
                .results()
                .map(word -> word.group())
                .filter(
                        word ->
                                !word.equals("sb_out")
                                        && !word.equals("sb_")
                                        && !word.equals("SB_"))
                .filter(word -> !Prelude.names(word).contains(word))
                .forEach(unknown::add);
        assertEquals(new TreeSet<>(), unknown);
        String example = HandWrittenExtractor.extract(system).orElseThrow();
        assertTrue(example.contains("vtime_now"), example);
        HandWritten.of(new PolicySource("example", example));
    }

    /** All that the text says can be used, used. */
    @Test
    void whatAModelIsToldOfThePreludeCompilesTogether() throws Exception {
        HandWritten.of(
                new PolicySource(
                        "all",
                        """
                        SB_DSQS(1, 2);
                        struct burst { s64 ns; };
                        sb_storage(burst, bursts);
                        sb_map(s32, s64, counts);
                        s64 most, least, late;
                        s32 turns;
                        static s64 half(SB, struct task_struct *task)
                        {
                            return sb_div(s64, sb_get(bursts, task)->ns, sb_weight(task)) + sb_mod(s64, 5, 3);
                        sb_out: return 0;
                        }
                        static s32 selectCpu(SB, struct task_struct *task, s32 prevCpu, s64 wakeFlags)
                        {
                            s32 cpu = sb_pick_idle_cpu(task);
                            if (cpu >= 0 && sb_is_idle(cpu) && sb_can_run_on(task, cpu))
                                sb_kick(cpu, Kick_IDLE);
                            return cpu < 0 ? prevCpu : cpu;
                        sb_out: return prevCpu;
                        }
                        static void enqueue(SB, struct task_struct *task, s64 enqFlags)
                        {
                            s64 vtime = sb_vtime(task) + sb_ran_ns(task) + half(sb, task);
                            sb_map_put(counts, sb_tgid(task), sb_map_get_or(counts, sb_tgid(task), 0) + 1);
                            sb_map_remove(counts, sb_pid(task));
                            if (sb_nr_queued(1) > sb_nr_online() && sb_nr_cpus_allowed(task) > 1)
                                sb_insert_vtime(task, 2, SLICE_DFL_NS, vtime, enqFlags);
                            else
                                sb_insert(task, 1, SLICE_DFL_NS, enqFlags | Enq_HEAD);
                        sb_out:;
                        }
                        static void dispatch(SB, s32 cpu, struct task_struct *prev)
                        {
                            if (!sb_move_to_local(1))
                                sb_move_to_local(2);
                            {
                                s32 i = 0;
                                sb_turns();
                                while (sb_turn() && i < cpu)
                                    i++;
                            }
                        sb_out:;
                        }
                        static void stopping(SB, struct task_struct *task, bool runnable)
                        {
                            s64 ran = sb_stop_ns(task) - sb_start_ns(task) + sb_exec_runtime_ns(task);
                            sb_add(turns, 1);
                            sb_raise(most, ran);
                            sb_lower(least, ran);
                            sb_raise_vtime(late, sb_now_ns());
                            sb_store(late, sb_cpu(task));
                        sb_out:;
                        }
                        """));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Here:\n```c\n%s```\nDone.",
                "```\n%s```",
                "<think>static void enqueue(SB)</think>\n~~~C\n%s~~~",
                "Not this:\n```c\nint main() {}\n```\nbut\n```bpf\n%s```",
                "%s"
            })
    void thePolicyInCIsFoundWhereverItStands(String answer) {
        assertEquals(Optional.of(C_FIFO), HandWrittenExtractor.extract(answer.formatted(C_FIFO)));
    }

    @Test
    void anAnswerWithoutACallbackHasNoPolicyInC() {
        assertEquals(Optional.empty(), HandWrittenExtractor.extract("```java\n" + FIFO + "```"));
        assertEquals(Optional.empty(), HandWrittenExtractor.extract("I cannot do that."));
    }

    @Test
    void whatIsNotTranslatedGoesBackWithItsNameAndItsLine() throws Exception {
        Verdict verdict =
                judge(Form.IN_KERNEL, FIFO.replace("SLICE_DFL_NS", "(long) (SLICE_DFL_NS * .5)"));
        assertEquals("KERNEL", verdict.failed().orElseThrow().name());
        assertEquals(4, verdict.problems().getFirst().line());
        String feedback = feedback(verdict, Form.IN_KERNEL);
        assertTrue(feedback.contains("[no-floating-point]"), feedback);
        assertTrue(feedback.contains("SLICE_DFL_NS * .5"), feedback);
        assertTrue(feedback.contains("```java"), feedback);
        assertFalse(feedback.contains("%attach"), feedback);
        assertEquals(Optional.empty(), judge(Form.IN_KERNEL, FIFO).failed());
        assertEquals(
                Optional.empty(),
                judge(Form.JAVA, FIFO.replace("SLICE_DFL_NS", "(long) (SLICE_DFL_NS * .5)"))
                        .failed());
    }

    @Test
    void whatIsWrongWithCGoesBackInItsOwnWords() throws Exception {
        Verdict none = judge(Form.BPF, FIFO);
        assertEquals("EXTRACT", none.failed().orElseThrow().name());
        assertTrue(feedback(none, Form.BPF).contains("has no policy in it"));
        Verdict reads = judge(Form.BPF, "#include \"/etc/passwd\"\n" + C_FIFO);
        assertEquals("COMPILE", reads.failed().orElseThrow().name());
        String feedback = feedback(reads, Form.BPF);
        assertTrue(feedback.contains("line 1: #include is not possible"), feedback);
        assertTrue(feedback.contains("one ```c block"), feedback);
        assertFalse(feedback.contains("root:"), feedback);
        Verdict good = judge(Form.BPF, C_FIFO);
        assertEquals(Optional.empty(), good.failed());
        assertEquals(List.of("EXTRACT", "COMPILE"), names(good.passed()));
        assertEquals(List.of("KERNEL"), names(good.skipped()));
    }

    @Test
    void withoutAGuestAnAnswerIsNotTriedInTheKernelAndThatIsSaid() throws Exception {
        Verdict verdict = judge(Form.IN_KERNEL, FIFO);
        assertEquals(Optional.empty(), verdict.failed());
        assertFalse(names(verdict.passed()).contains("KERNEL"), names(verdict.passed()).toString());
        var gate = new InKernelGate(Optional.empty());
        assertEquals("not tried in the kernel of a guest", gate.skipped());
        assertEquals(
                "it is compiled for the kernel, and no guest was to be used",
                verdict.skipped().values().stream().reduce((_, last) -> last).orElseThrow());
    }

    /** In a process of its own, which finds a shell and nothing else. */
    @Test
    void withoutClangAnAnswerIsNotTriedAndItsWriterNotBlamed(@TempDir Path path) throws Exception {
        Files.createSymbolicLink(path.resolve("sh"), Path.of("/bin/sh").toRealPath());
        var child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                WithoutClang.class.getName())
                        .redirectErrorStream(true);
        child.environment().put("PATH", path.toString());
        Process process = child.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor(), said);
        List<String> lines = said.lines().toList();
        assertEquals(
                "IN_KERNEL failed=[] passed=[EXTRACT, COMPILE, CHECK, SIMULATE] skipped=[PROMISE, KERNEL]",
                lines.get(0));
        assertEquals("BPF failed=[] passed=[EXTRACT] skipped=[COMPILE, KERNEL]", lines.get(2));
        for (int why : List.of(1, 3)) {
            assertTrue(lines.get(why).contains("clang-19, which is not installed"), said);
        }
    }

    /** Judges a good answer of each form and prints how far it came, and why no further. */
    static final class WithoutClang {
        public static void main(String[] args) throws Exception {
            for (Form form : List.of(Form.IN_KERNEL, Form.BPF)) {
                Verdict verdict = judge(form, form == Form.BPF ? C_FIFO : FIFO);
                System.out.printf(
                        "%s failed=%s passed=%s skipped=%s%n%s%n",
                        form,
                        verdict.failed().stream().map(Gate::name).toList(),
                        names(verdict.passed()),
                        names(verdict.skipped()),
                        String.join("; ", verdict.skipped().values()));
            }
        }
    }

    private static List<String> names(Map<Gate, String> gates) {
        return gates.keySet().stream().map(Gate::name).toList();
    }

    @Test
    void anAnswerInCThatWasCutOffIsToBeShorter() throws Exception {
        Verdict verdict =
                gates(Form.BPF)
                        .judge(completion(C_FIFO.substring(0, 90), "length"), "mine", SILENT);
        assertTrue(feedback(verdict, Form.BPF).contains("was cut off"));
    }

    private static final Gates.Observer SILENT = new Gates.Observer() {};

    private static Gates gates(Form form) {
        return Gates.of(form, new PolicyCompiler(), new DryRun(2), Optional.empty());
    }

    private static Verdict judge(Form form, String source) throws InterruptedException {
        String fence = form == Form.BPF ? "```c\n" : "```java\n";
        return gates(form).judge(completion(fence + source + "```\n", "stop"), "mine", SILENT);
    }

    private static String feedback(Verdict verdict, Form form) {
        return new ArrayList<>(Feedback.on(verdict, form, TEXTS)).getLast().content();
    }

    private static Completion completion(String text, String finished) {
        return new Completion(text, "m", finished, 0, 0, 0, "");
    }
}
