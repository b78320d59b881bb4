package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.Recordings;

class RepairLoopTest {

    private static final String GOOD =
            """
            public class Good extends Policy {
                public void enqueue(Task task, long enqFlags) {
                    insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                }
            }
            """;

    private static final String BROKEN = GOOD.replace("insert", "insrt");
    private static final String HOSTILE = GOOD.replace("insert", "System.exit(0); insert");
    private static final String PROSE = "Let us talk about fairness first.";

    private static final PolicyPrompt PROMPT =
            new PolicyPrompt("First come.", PolicySource.builtIn("fifo").orElseThrow());

    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    @TempDir Path directory;

    /** Every request that the model got. */
    private final List<List<ChatMessage>> requests = new ArrayList<>();

    private final List<String> seen = new ArrayList<>();

    private final RepairLoop.Observer observer =
            new RepairLoop.Observer() {
                @Override
                public void asks(int repair) {
                    seen.add("ask " + repair);
                }

                @Override
                public void writes(String piece) {}

                @Override
                public void judged(Verdict verdict) {
                    seen.add(verdict.failed().map(Gate::toString).orElse("passed"));
                }
            };

    @Test
    void aGoodAnswerIsAskedForOnceAndExactlyAsThePromptSays() throws Exception {
        var verdict = run(3, stop(GOOD));
        assertEquals(Optional.empty(), verdict.failed());
        assertEquals(GOOD, verdict.source().orElseThrow().text());
        assertEquals(List.of(PROMPT.messages()), requests);
    }

    @Test
    void eachGateSendsTheAnswerBackWithWhatIsWrong() throws Exception {
        var verdict = run(3, stop(PROSE), stop(BROKEN), stop(HOSTILE), stop(GOOD));
        assertEquals(Optional.empty(), verdict.failed());
        assertEquals(
                List.of(
                        "ask 0", "EXTRACT", "ask 1", "COMPILE", "ask 2", "CHECK", "ask 3",
                        "passed"),
                seen);

        var last = requests.get(3);
        assertEquals(PROMPT.messages(), last.subList(0, 2));
        assertEquals(ChatMessage.assistant(PROSE), last.get(2));
        assertTrue(last.get(3).content().contains("no policy"), last.get(3).content());
        assertEquals(ChatMessage.assistant(BROKEN), last.get(4));
        assertTrue(last.get(5).content().contains("line 3"), last.get(5).content());
        assertTrue(
                last.get(5).content().contains("   3 |         insrt(task"), last.get(5).content());
        assertTrue(last.get(5).content().contains("^"), last.get(5).content());
        assertEquals(ChatMessage.assistant(HOSTILE), last.get(6));
        assertTrue(last.get(7).content().contains("rule 'process'"), last.get(7).content());
        assertFalse(last.get(7).content().contains("{problems}"));
    }

    @Test
    void theLastRepairIsTheLast() throws Exception {
        var verdict = run(2, stop(BROKEN), stop(BROKEN), stop(HOSTILE), stop(GOOD));
        assertEquals(Optional.of(Gate.CHECK), verdict.failed());
        assertEquals(3, requests.size());
        assertEquals(1, verdict.problems().size());
    }

    @Test
    void withoutRepairsThereIsOneRequest() throws Exception {
        assertEquals(Optional.of(Gate.COMPILE), run(0, stop(BROKEN), stop(GOOD)).failed());
        assertEquals(1, requests.size());
    }

    @Test
    void aTruncatedAnswerIsToldSo() throws Exception {
        String half = "```java\n" + GOOD.substring(0, GOOD.length() / 2);
        run(1, new Completion(half, "m", "length", 0, 0, ""), stop(GOOD));
        String told = requests.get(1).getLast().content();
        assertTrue(told.contains("cut off"), told);
        assertFalse(told.contains("reached end of file"), told);
    }

    @Test
    void anEndlessAnswerIsNotPaidForTwice() throws Exception {
        run(1, stop("la ".repeat(400_000)), stop(GOOD));
        int size = requests.get(1).stream().mapToInt(m -> m.content().length()).sum();
        assertTrue(size < 60_000, size + " characters");
    }

    @Test
    void manyProblemsAreToldInPart() throws Exception {
        run(1, stop(GOOD.replace("insert", "x();\n".repeat(50) + "insert")), stop(GOOD));
        String told = requests.get(1).getLast().content();
        assertTrue(told.contains("and 40 more"), told);
    }

    @Test
    void everyAttemptIsKept() throws Exception {
        run(1, stop(BROKEN), stop(GOOD));
        List<Path> attempts = list(directory.resolve("attempts"));
        assertEquals(2, attempts.size());
        assertEquals(BROKEN, Files.readString(attempts.get(0).resolve("completion.md")));
        assertTrue(Files.readString(attempts.get(0).resolve("verdict.json")).contains("COMPILE"));
        assertTrue(Files.readString(attempts.get(1).resolve("request.json")).contains("insrt"));
        assertEquals(GOOD, Files.readString(attempts.get(1).resolve("completion.md")));
    }

    @Test
    void aRequestIsKeptAlsoIfTheModelDoesNotAnswer() throws Exception {
        Model silent =
                (_, onText) -> {
                    onText.accept("public cl");
                    throw new ModelException("gone", "wait", "public cl");
                };
        assertThrows(ModelException.class, () -> loop(silent, 3).run("mine", PROMPT, observer));
        Path attempt = list(directory.resolve("attempts")).getFirst();
        assertTrue(Files.exists(attempt.resolve("request.json")));
        assertEquals("public cl", Files.readString(attempt.resolve("completion.md")));
    }

    @Test
    void aRecordedConversationIsPlayedBackWithItsRepairs() throws Exception {
        run(3, stop(BROKEN), stop(HOSTILE), stop(GOOD));
        seen.clear();
        var replayed =
                loop(new Recordings(directory.resolve("recordings")), 3)
                        .run("mine", PROMPT, observer);
        assertEquals(List.of("ask 0", "COMPILE", "ask 1", "CHECK", "ask 2", "passed"), seen);
        assertTrue(replayed.answer().isRecorded());
        assertEquals(GOOD, replayed.source().orElseThrow().text());
    }

    private Verdict run(int repairs, Completion... answers) throws Exception {
        Iterator<Completion> next = Arrays.asList(answers).iterator();
        Model scripted =
                (messages, onText) -> {
                    requests.add(messages);
                    Completion answer = next.next();
                    onText.accept(answer.text());
                    return answer;
                };
        return loop(scripted, repairs).run("mine", PROMPT, observer);
    }

    private RepairLoop loop(Model model, int repairs) {
        return new RepairLoop(
                model,
                COMPILER,
                directory.resolve("attempts"),
                repairs,
                Optional.of(new Recordings(directory.resolve("recordings"))));
    }

    private static Completion stop(String text) {
        return new Completion(text, "scripted", "stop", 0, 0, "");
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        }
    }
}
