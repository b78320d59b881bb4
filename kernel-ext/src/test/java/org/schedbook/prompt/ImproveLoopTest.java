package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.NotRecordedException;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.llm.Sampling;
import org.schedbook.prompt.ImproveLoop.Judge.Score;
import org.schedbook.prompt.ImproveLoop.Limits;
import org.schedbook.store.Improvement;
import org.schedbook.store.Round;
import org.schedbook.store.Store;
import org.schedbook.store.StoredRequest;

@Timeout(120)
class ImproveLoopTest {

    private static final PolicySource START = PolicySource.builtIn("fifo").orElseThrow();

    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    private static final Score BETTER = new Score(.8, .7, .9, true, true, "better");
    private static final Score WORSE = new Score(1.2, 1.1, 1.3, true, false, "worse");
    private static final Score UNCLEAR = new Score(.9, .8, 1.05, false, false, "cannot tell");

    @TempDir Path directory;

    private final List<List<ChatMessage>> planned = new ArrayList<>();
    private final List<List<ChatMessage>> coded = new ArrayList<>();
    private final ArrayDeque<String> answers = new ArrayDeque<>();

    /** {@code INCUMBENT CANDIDATE}, and {@code hold-out} where it was one. */
    private final List<String> measured = new ArrayList<>();

    private final ArrayDeque<Score> scores = new ArrayDeque<>();

    /** Policies behave alike if their slices are. */
    private Trial simulation =
            new FakeTrial(
                    (source, _) ->
                            Gate.Result.passed(
                                    "", source.text().replaceAll("(?s).*GLOBAL, (.*?),.*", "$1")));

    private Optional<Recordings> recordings = Optional.empty();

    /** Whether the recordings answer, and not the script. */
    private boolean replays;

    private long tokens;
    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(directory);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatIsClearlyBetterIsKeptAndBuiltOn() throws Exception {
        answers.addAll(List.of(slice("1_000"), slice("2_000")));
        scores.addAll(List.of(BETTER, BETTER, BETTER));
        var result = run(limits(2));
        assertEquals(2, result.winner().round());
        assertEquals(List.of("0 1", "1 2", "0 2 hold-out"), measured);
        assertEquals(List.of(0, 1), result.rounds().stream().map(Round::parent).toList());
        assertTrue(coded.get(1).getLast().content().contains("1_000"), "built on round 1");
        assertEquals(Optional.of("all 2 rounds are done"), Optional.of(result.ended()));
    }

    @Test
    void whatIsNotClearlyBetterIsReverted() throws Exception {
        answers.addAll(List.of(slice("1_000"), slice("2_000"), slice("3_000")));
        scores.addAll(List.of(UNCLEAR, WORSE, BETTER, UNCLEAR));
        var result = run(limits(3));
        assertEquals(List.of("reverted", "reverted", "kept"), outcomes(result.rounds()));
        assertEquals(List.of("0 1", "0 2", "0 3", "0 3 hold-out"), measured);
        assertEquals(3, result.winner().round());
    }

    @Test
    void duplicatesAndEditsThatDoNothingAreNotMeasured() throws Exception {
        answers.addAll(
                List.of(
                        START.text(),
                        commented(START.text()),
                        slice("1_000"),
                        slice("1_000"),
                        commented(slice("1_000"))));
        scores.add(WORSE);
        var result = run(limits(5));
        assertEquals(
                List.of("duplicate", "duplicate", "reverted", "duplicate", "duplicate"),
                outcomes(result.rounds()));
        assertEquals(
                List.of(
                        "the same source as the start",
                        "does what the start does",
                        "worse",
                        "the same source as round 3",
                        "does what round 3 does"),
                result.rounds().stream().map(Round::detail).toList());
        assertEquals(List.of("0 3"), measured);
    }

    @Test
    void aWinnerIsNotWorseOnTheHoldOut() throws Exception {
        answers.addAll(List.of(slice("1_000"), slice("2_000")));
        scores.addAll(List.of(BETTER, BETTER, WORSE, UNCLEAR));
        var result = run(limits(2));
        assertEquals(1, result.winner().round());
        assertEquals(List.of(2), result.rejected());
        assertEquals(List.of("0 1", "1 2", "0 2 hold-out", "0 1 hold-out"), measured);
    }

    @Test
    void whereEveryRoundIsWorseOnTheHoldOutTheStartStays() throws Exception {
        answers.add(slice("1_000"));
        scores.addAll(List.of(BETTER, WORSE));
        assertEquals(0, run(limits(1)).winner().round());
    }

    @Test
    void anAnswerThatPassesNoGateIsARoundThatFailed() throws Exception {
        answers.add("I would rather not.");
        var result = run(limits(1));
        assertEquals(List.of("failed"), outcomes(result.rounds()));
        assertEquals("it has no policy in it", result.rounds().getFirst().detail());
    }

    @Test
    void roundsThatChangeNothingEndIt() throws Exception {
        answers.addAll(List.of(START.text(), START.text(), START.text()));
        var result = run(new Limits(8, 2, 0, OptionalDouble.empty()));
        assertEquals(2, result.rounds().size());
        assertEquals("2 rounds in a row changed nothing", result.ended());
    }

    @Test
    void aSpentBudgetEndsIt() throws Exception {
        Files.writeString(directory.resolve("prices.csv"), "scripted, 1, 1, 1\n");
        tokens = 50_000; // in and out: $0.10 an answer, two a round
        answers.addAll(List.of(START.text(), START.text(), START.text()));
        var result = run(new Limits(8, 8, 0, OptionalDouble.of(.3)));
        assertEquals(2, result.rounds().size());
        assertEquals("the budget is spent: $0.4000", result.ended());
    }

    @Test
    void aBudgetHoldsWhereTheServerCountsNothing() throws Exception {
        Files.writeString(directory.resolve("prices.csv"), "scripted, 1000, 1000, 1000\n");
        tokens = 0;
        answers.addAll(List.of(START.text(), START.text(), START.text()));
        var result = run(new Limits(8, 8, 0, OptionalDouble.of(.01)));
        assertEquals(1, result.rounds().size());
        assertTrue(result.ended().startsWith("the budget is spent: $"), result.ended());
    }

    @Test
    void whatWasInterruptedGoesOnWhereItWas() throws Exception {
        answers.addAll(List.of(slice("1_000"), "", slice("2_000")));
        scores.addAll(List.of(BETTER, BETTER, BETTER));
        assertThrows(ModelException.class, () -> run(limits(2)));
        var result = run(limits(2));
        assertEquals(
                List.of(Optional.of("kept"), Optional.empty(), Optional.of("kept")),
                result.rounds().stream().map(Round::outcome).toList());
        assertEquals(1, result.rounds().getLast().parent());
        assertEquals(List.of("0 1", "1 3", "0 3 hold-out"), measured);

        answers.add(slice("3_000"));
        scores.add(UNCLEAR);
        assertEquals(1, run(limits(1)).rounds().size(), "what has ended begins anew");
    }

    @Test
    void aPlannerKnowsWhatWasTriedAndACoderGetsThePlan() throws Exception {
        answers.addAll(List.of(slice("1_000"), slice("2_000")));
        scores.addAll(List.of(WORSE, UNCLEAR));
        run(limits(2));
        String second = planned.get(1).getLast().content();
        assertTrue(
                second.contains(
                        "- Round 1, changing the start: Plan 1. reverted: worse. Measured 1.200"),
                second);
        assertTrue(second.contains("round 2?"), second);
        assertTrue(coded.get(1).getLast().content().contains("Plan 2"));
        assertTrue(planned.getFirst().getFirst().content().contains("insertVtime"));
        assertEquals(
                List.of("plan", "code", "plan", "code"),
                store.attempts().stream().map(StoredRequest::purpose).toList());
    }

    @Test
    void recordingsAreFoundWhateverWasMeasured() throws Exception {
        answers.addAll(List.of(slice("1_000"), slice("2_000")));
        scores.addAll(List.of(WORSE, UNCLEAR));
        run(limits(2));
        assertTrue(planned.get(1).getLast().content().contains("1.200"));
        assertEquals(
                planned.get(0).getLast().stable().replace("round 1?", "round 2?"),
                planned.get(1).getLast().stable());
    }

    @Test
    void recordingsThatDoNotGoOnFromWhatIsKeptHereEndIt() throws Exception {
        recordings = Optional.of(new Recordings(directory.resolve("recordings")));
        answers.addAll(List.of(slice("1_000"), slice("2_000")));
        scores.addAll(List.of(WORSE, WORSE));
        run(limits(2));

        replays = true;
        scores.addAll(List.of(BETTER, BETTER));
        var result = run(limits(2));
        assertEquals("no recording goes on from what was kept here", result.ended());
        assertEquals(1, result.winner().round());
    }

    @Test
    void withoutAnyRecordingThereIsNothingToPlayBack() {
        recordings = Optional.of(new Recordings(directory.resolve("recordings")));
        replays = true;
        assertThrows(NotRecordedException.class, () -> run(limits(2)));
    }

    private static String slice(String slice) {
        return START.text().replace("SLICE_DFL_NS", slice);
    }

    private static String commented(String source) {
        return source.replace("extends Policy {", "extends Policy { // faster!");
    }

    private static List<String> outcomes(List<Round> rounds) {
        return rounds.stream().map(r -> r.outcome().orElse("")).toList();
    }

    private static Limits limits(int rounds) {
        return new Limits(rounds, 100, 0, OptionalDouble.empty());
    }

    private ImproveLoop.Result run(Limits limits) throws Exception {
        Improvement improvement =
                store.improve("fifo", "time should be less", "wakeup", START.text(), START.hash());
        return loop().run(
                        improvement,
                        limits,
                        () -> Situation.UNKNOWN,
                        new ImproveLoop.Observer() {
                            @Override
                            public void plans(int round) {}

                            @Override
                            public void planned(Completion plan) {}

                            @Override
                            public void rounds(List<Round> rounds) {}

                            @Override
                            public void asks(int repair) {}

                            @Override
                            public void writes(String piece) {}

                            @Override
                            public void judged(Verdict verdict) {}
                        });
    }

    private ImproveLoop loop() throws IOException {
        Model planner = replays ? recordings.get() : model(planned, () -> "Plan " + planned.size());
        Model coder = replays ? recordings.get() : model(coded, answers::remove);
        ImproveLoop.Judge judge =
                (incumbent, candidate, holdOut) -> {
                    measured.add(
                            incumbent.round()
                                    + " "
                                    + candidate.round()
                                    + (holdOut ? " hold-out" : ""));
                    return Optional.of(scores.remove());
                };
        return new ImproveLoop(
                planner,
                coder,
                Prices.read(directory.resolve("prices.csv")),
                COMPILER,
                new Gates(COMPILER, List.of(simulation)),
                simulation,
                judge,
                store,
                PromptTexts.builtIn(),
                Form.JAVA,
                recordings);
    }

    private interface Script {
        String answer();
    }

    /** An empty answer is none. */
    private Model model(List<List<ChatMessage>> requests, Script script) {
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
                    throws ModelException {
                requests.add(messages);
                String answer = script.answer();
                if (answer.isEmpty()) {
                    throw new ModelException("no", "wait", "");
                }
                onText.accept(answer);
                return new Completion(answer, "scripted", "stop", tokens, 0, tokens, "");
            }
        };
    }
}
