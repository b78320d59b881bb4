package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.llm.Sampling;
import org.schedbook.prompt.RepairLoop.Limits;
import org.schedbook.store.Store;
import org.schedbook.store.StoredRequest;
import org.schedbook.target.sim.SimMachine;

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
            new PolicyPrompt(
                    "First come.",
                    PolicySource.builtIn("fifo").orElseThrow(),
                    Situation.UNKNOWN,
                    PromptTexts.builtIn());

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
                    seen.add(verdict.failed().map(Gate::name).orElse("passed"));
                }
            };

    private Store store;
    private Prices prices;
    private List<Trial> trials = List.of();

    @BeforeEach
    void open() throws IOException {
        store = Store.open(directory.resolve("store"));
        prices = Prices.read(directory.resolve("store/prices.csv"));
    }

    @AfterEach
    void close() {
        store.close();
    }

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
        assertEquals(Optional.of(SourceGate.CHECK), verdict.failed());
        assertEquals(3, requests.size());
        assertEquals(1, verdict.problems().size());
    }

    @Test
    void withoutRepairsThereIsOneRequest() throws Exception {
        assertEquals(Optional.of(SourceGate.COMPILE), run(0, stop(BROKEN), stop(GOOD)).failed());
        assertEquals(1, requests.size());
    }

    @Test
    void aTruncatedAnswerIsToldSo() throws Exception {
        String half = "```java\n" + GOOD.substring(0, GOOD.length() / 2);
        run(1, new Completion(half, "m", "length", 0, 0, 0, ""), stop(GOOD));
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
        List<StoredRequest> kept = store.attempts("mine");
        assertEquals(2, kept.size());
        assertEquals(BROKEN, kept.get(0).answer());
        assertEquals(Optional.of("COMPILE"), kept.get(0).failed());
        assertEquals(Optional.of("EXTRACT"), kept.get(0).passed());
        assertTrue(kept.get(0).feedback().orElseThrow().contains("line 3"));
        assertTrue(kept.get(1).request().contains("insrt"));
        assertEquals("repair", kept.get(1).purpose());
        assertEquals(kept.get(0).id(), kept.get(1).run());
        assertEquals(GOOD, kept.get(1).source().orElseThrow());
        assertEquals(PromptTexts.builtIn().hash(), kept.get(1).promptHash());
    }

    @Test
    void aRequestIsKeptAlsoIfTheModelDoesNotAnswer() throws Exception {
        Model silent =
                scripted(
                        (_, onText) -> {
                            onText.accept("public cl");
                            throw new ModelException("gone", "wait", "public cl");
                        });
        assertThrows(ModelException.class, () -> run(silent, 3));
        StoredRequest kept = store.attempts("mine").getFirst();
        assertEquals("public cl", kept.answer());
        assertEquals(Optional.of("gone"), kept.error());
    }

    @Test
    void anAnswerThatFailsATrialGoesBackWithWhatTheTrialFound() throws Exception {
        trials =
                List.of(
                        new FakeTrial(
                                (source, _) ->
                                        source.text().contains("sleepy")
                                                ? Gate.Result.failed(
                                                        List.of(
                                                                new Problem(
                                                                        0, 0, 1, "it sleeps", "")))
                                                : Gate.Result.passed("awake", "b")));
        var result = run(1, stop(GOOD.replace("Good", "sleepy")), stop(GOOD));
        assertEquals(Optional.empty(), result.failed());
        assertEquals("awake", result.passed().get(trials.getFirst()));
        assertTrue(requests.get(1).getLast().content().contains("it sleeps"));
        assertEquals(Optional.of("SIMULATE"), store.attempts("mine").getFirst().failed());
    }

    @Test
    void noRepairIsAskedForWhenTheMoneyIsSpent() throws Exception {
        Path file = directory.resolve("prices.csv");
        Files.writeString(file, "scripted, 1000000, 0, 1000000\n");
        prices = Prices.read(file);
        Iterator<Completion> answers =
                List.of(
                                new Completion(BROKEN, "scripted", "stop", 1, 0, 1, ""),
                                new Completion(BROKEN, "scripted", "stop", 1, 0, 1, ""),
                                stop(GOOD))
                        .iterator();
        var result =
                loop(answers(answers))
                        .run("mine", PROMPT, new Limits(3, OptionalDouble.of(3)), observer);
        assertTrue(result.outOfMoney());
        assertEquals(OptionalDouble.of(4), result.costUsd());
        assertEquals(OptionalDouble.of(2), store.attempts("mine").getFirst().costUsd());
        assertTrue(answers.hasNext());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "0, 1"})
    void whatAServerDoesNotCountIsEstimatedAndALimitHolds(long in, long out) throws Exception {
        Path file = directory.resolve("prices.csv");
        Files.writeString(file, "scripted, 1000, 0, 1000\n");
        prices = Prices.read(file);
        var asked = new Completion(BROKEN, "scripted", "stop", in, 0, out, "");
        var result =
                loop(answers(List.of(asked, asked, asked, asked).iterator()))
                        .run("mine", PROMPT, new Limits(3, OptionalDouble.of(.01)), observer);
        assertEquals(1, requests.size());
        assertTrue(result.outOfMoney());
        assertTrue(result.costUsd().getAsDouble() > BROKEN.length() / 4 / 1000.);
        assertEquals(result.costUsd(), store.attempts("mine").getFirst().costUsd());
    }

    @Test
    void anAnswerThatBreaksOffMayBePaidForToo() throws Exception {
        Path file = directory.resolve("prices.csv");
        Files.writeString(file, "scripted, 1000, 0, 1000\n");
        prices = Prices.read(file);
        Model model =
                scripted(
                        (_, onText) -> {
                            onText.accept("public cl");
                            throw new ModelException("cut", "again", "public cl");
                        });
        assertThrows(ModelException.class, () -> run(model, 1));
        var kept = store.attempts("mine").getFirst();
        assertEquals(Optional.of("cut"), kept.error());
        assertEquals("public cl", kept.answer());
        assertTrue(kept.costUsd().getAsDouble() > 0);
    }

    @Test
    void anAnswerThatIsInterruptedIsKeptWithWhatItMayHaveCost() throws Exception {
        Files.writeString(directory.resolve("store/prices.csv"), "scripted, 1000, 1000, 1000\n");
        prices = Prices.read(directory.resolve("store/prices.csv"));
        Model model =
                scripted(
                        (messages, onText) -> {
                            onText.accept("public cl");
                            throw new InterruptedException();
                        });
        assertThrows(InterruptedException.class, () -> run(model, 1));
        StoredRequest kept = store.attempts("mine").getFirst();
        assertEquals("public cl", kept.answer());
        assertTrue(kept.costUsd().getAsDouble() > 0);
    }

    @Test
    void whyAnAnswerIsNotThereIsTheReasonThatIsKept() throws Exception {
        Model model =
                scripted(
                        (_, onText) -> {
                            onText.accept("public cl");
                            throw new IllegalStateException("no such field");
                        });
        assertThrows(IllegalStateException.class, () -> run(model, 1));
        var kept = store.attempts("mine").getFirst();
        assertTrue(kept.error().orElseThrow().contains("no such field"), kept.error().toString());
    }

    @Test
    void aRecordedConversationIsPlayedBackWithItsRepairs() throws Exception {
        run(3, stop(BROKEN), stop(HOSTILE), stop(GOOD));
        seen.clear();
        var replayed = run(new Recordings(directory.resolve("recordings")), 3);
        assertEquals(List.of("ask 0", "COMPILE", "ask 1", "CHECK", "ask 2", "passed"), seen);
        assertTrue(replayed.answer().isRecorded());
        assertEquals(GOOD, replayed.source().orElseThrow().text());
        assertTrue(store.attempts("mine").getLast().recordedOn().isPresent());
    }

    @Test
    void aRecordingAnswersAlsoWhereTheMachineAndTheFiguresAreOthers() throws Exception {
        run(0, stop(GOOD));
        var elsewhere =
                new PolicyPrompt(
                        PROMPT.words(),
                        PROMPT.current(),
                        new Situation(
                                Optional.of(SimMachine.flat(64).topology()),
                                List.of("it was slow"),
                                Map.of("nr_user_dispatches", 5L)),
                        PROMPT.texts());
        String sent = elsewhere.messages().getLast().content();
        assertTrue(sent.contains("64 CPUs") && sent.contains("it was slow"), sent);
        assertTrue(sent.contains("nr_user_dispatches = 5"), sent);
        var recordings = new Recordings(directory.resolve("recordings"));
        var result = loop(recordings).run("mine", elsewhere, limits(0), observer);
        assertEquals(GOOD, result.verdict().source().orElseThrow().text());

        var otherWords =
                new PolicyPrompt("Last come.", PROMPT.current(), Situation.UNKNOWN, PROMPT.texts());
        assertThrows(
                ModelException.class,
                () -> loop(recordings).run("mine", otherWords, limits(0), observer));
    }

    @Test
    void aPersonsOwnTextReplacesSchedbooks() throws Exception {
        Files.writeString(directory.resolve("user.md"), "Now {words} from {name}");
        var texts = PromptTexts.in(directory);
        var prompt = new PolicyPrompt("x", PROMPT.current(), Situation.UNKNOWN, texts);
        assertEquals("Now x from fifo", prompt.messages().getLast().content());
        assertEquals(PROMPT.messages().getFirst(), prompt.messages().getFirst());
        assertNotEquals(PromptTexts.builtIn().hash(), texts.hash());
    }

    private static Limits limits(int repairs) {
        return new Limits(repairs, OptionalDouble.empty());
    }

    private Verdict run(int repairs, Completion... answers) throws Exception {
        return run(answers(Arrays.asList(answers).iterator()), repairs);
    }

    private Verdict run(Model model, int repairs) throws Exception {
        return loop(model).run("mine", PROMPT, limits(repairs), observer).verdict();
    }

    private Model answers(Iterator<Completion> next) {
        return scripted(
                (messages, onText) -> {
                    requests.add(messages);
                    Completion answer = next.next();
                    onText.accept(answer.text());
                    return answer;
                });
    }

    private interface Script {
        Completion complete(List<ChatMessage> messages, Consumer<String> onText)
                throws ModelException, InterruptedException;
    }

    private static Model scripted(Script script) {
        return new Model() {
            @Override
            public String name() {
                return "scripted";
            }

            @Override
            public String place() {
                return "here";
            }

            @Override
            public Sampling sampling() {
                return Sampling.DEFAULT;
            }

            @Override
            public Completion complete(List<ChatMessage> messages, Consumer<String> onText)
                    throws ModelException, InterruptedException {
                return script.complete(messages, onText);
            }
        };
    }

    private RepairLoop loop(Model model) {
        return new RepairLoop(
                model,
                prices,
                new Gates(COMPILER, trials),
                store,
                Optional.of(new Recordings(directory.resolve("recordings"))));
    }

    private static Completion stop(String text) {
        return new Completion(text, "scripted", "stop", 0, 0, 0, "");
    }
}
