package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    private final List<List<ChatMessage>> planned = Collections.synchronizedList(new ArrayList<>());
    private final List<List<ChatMessage>> coded = Collections.synchronizedList(new ArrayList<>());
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();

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

    /** What a model waits for before it answers. */
    private Waiting waiting = () -> {};

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

    // ---- Several at once ------------------------------------------------------------------------

    private static Limits generations(int rounds, int candidates) {
        return new Limits(rounds, 100, 0, OptionalDouble.empty(), candidates);
    }

    @Test
    void ofCandidatesAskedForAtOnceTheBestIsKeptAndTheNextAreToldOfAll() throws Exception {
        var together = new CyclicBarrier(4);
        waiting = () -> meet(together);
        answers.addAll(List.of("No.", slice("1_000"), slice("2_000"), slice("3_000")));
        answers.addAll(List.of(slice("4_000"), slice("5_000"), slice("6_000"), slice("7_000")));
        var best = new Score(.5, .4, .6, true, true, "much better");
        scores.addAll(List.of(BETTER, best, UNCLEAR, WORSE, WORSE, WORSE, WORSE, UNCLEAR));
        var result = run(generations(2, 4));

        List<Round> first = result.rounds().subList(0, 4);
        assertEquals(List.of(0, 0, 0, 0), first.stream().map(Round::parent).toList());
        List<Round> measuredFirst = first.stream().filter(r -> r.ratio().isPresent()).toList();
        assertEquals(List.of("reverted", "kept", "reverted"), outcomes(measuredFirst));
        assertEquals("better, and another is better still", measuredFirst.getFirst().detail());
        int kept = measuredFirst.get(1).number();
        assertEquals(kept, result.winner().round());
        assertEquals("0 %d hold-out".formatted(kept), measured.getLast());
        assertEquals(
                List.of(kept, kept, kept, kept),
                result.rounds().subList(4, 8).stream().map(Round::parent).toList());
        String told = planned.getLast().getLast().content();
        assertTrue(told.contains("failed: it has no policy in it."), told);
        assertTrue(told.contains("kept: much better. Measured 0.500"), told);
        assertEquals("all 2 rounds are done", result.ended());
        assertEquals(16, store.attempts().size());
    }

    /** All that are asked for at once have to be, or none is answered. */
    private static void meet(CyclicBarrier together) throws InterruptedException {
        try {
            together.await(60, TimeUnit.SECONDS);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("they were not asked for at once", e);
        }
    }

    @Test
    void ofCandidatesThatAreTheSameOneIsMeasured() throws Exception {
        answers.addAll(List.of(slice("1_000"), commented(slice("1_000")), START.text()));
        scores.add(WORSE);
        var result = run(generations(1, 3));
        assertEquals(1, measured.size(), measured.toString());
        assertEquals(
                List.of("duplicate", "duplicate", "reverted"),
                outcomes(result.rounds()).stream().sorted().toList());
    }

    @Test
    void whatIsAskedForAtOnceCostsNoMoreThanOneAfterTheOther() throws Exception {
        Files.writeString(directory.resolve("prices.csv"), "scripted, 1, 1, 1\n");
        tokens = 50_000; // in and out: $0.10 an answer, two a candidate
        for (int i = 0; i < 8; i++) {
            answers.add(slice(i + "_001"));
        }
        scores.addAll(List.of(WORSE, WORSE));
        var result = run(new Limits(2, 8, 0, OptionalDouble.of(.35), 4));
        assertEquals("the budget is spent: $0.4000", result.ended());
        assertEquals(4, store.attempts().size(), "not the four plans that were wanted");
        assertEquals(List.of("reverted", "reverted"), outcomes(result.rounds()));
    }

    @Test
    void whatWasWrittenIsMeasuredInTheNextSittingAndNotAskedForAgain() throws Exception {
        answers.addAll(List.of(slice("1_000"), slice("2_000"), "No."));
        assertThrows(NoSuchElementException.class, () -> run(generations(1, 3)));
        assertEquals(
                List.of("", "", "failed"),
                outcomes(store.rounds(improvement())).stream().sorted().toList());
        measured.clear();
        scores.addAll(List.of(WORSE, BETTER, UNCLEAR));
        var result = run(generations(1, 3));
        assertEquals(3, planned.size());
        assertEquals(3, coded.size());
        assertEquals(3, measured.size(), measured.toString());
        assertEquals(result.rounds().indexOf(kept(result)) + 1, result.winner().round());
    }

    @Test
    void whatWasWrittenWithTheLastOfTheBudgetIsMeasured() throws Exception {
        Files.writeString(directory.resolve("prices.csv"), "scripted, 1, 1, 1\n");
        tokens = 50_000; // in and out: $0.10 an answer, two a candidate
        answers.addAll(List.of(slice("1_000"), slice("2_000")));
        var limits = new Limits(1, 8, 0, OptionalDouble.of(.4), 2);
        assertThrows(NoSuchElementException.class, () -> run(limits));
        measured.clear();
        scores.addAll(List.of(WORSE, WORSE));
        var result = run(limits);
        assertEquals(2, measured.size(), result.ended());
    }

    private static Round kept(ImproveLoop.Result result) {
        return result.rounds().stream().filter(Round::isKept).findFirst().orElseThrow();
    }

    @Test
    void oneThatIsNotAnsweredLeavesTheOthers() throws Exception {
        answers.addAll(List.of(slice("1_000"), "", slice("2_000")));
        scores.addAll(List.of(WORSE, WORSE, WORSE));
        answers.add(slice("3_000"));
        var result = run(generations(1, 3));
        assertEquals(3, measured.size());
        assertEquals(
                List.of("", "reverted", "reverted", "reverted"),
                outcomes(result.rounds()).stream().sorted().toList());
    }

    @Test
    void anInterruptKeepsWhatWasAnswered() throws Exception {
        answers.addAll(List.of(slice("1_000"), slice("2_000")));
        var left = new Semaphore(5); // three plans, and two of three answers
        waiting = left::acquire;
        var ended = new CompletableFuture<Throwable>();
        Thread thread =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        run(generations(1, 3));
                                        ended.complete(null);
                                    } catch (Throwable e) {
                                        ended.complete(e);
                                    }
                                });
        while (coded.size() < 3
                || outcomes(store.rounds(improvement())).size() < 3
                || store.rounds(improvement()).stream().filter(r -> r.source().isPresent()).count()
                        < 2) {
            assertTrue(thread.isAlive(), () -> "" + ended.getNow(null));
            Thread.sleep(10);
        }
        thread.interrupt();
        assertInstanceOf(InterruptedException.class, ended.get(60, TimeUnit.SECONDS));
        assertEquals(
                List.of("", "", "", "", "", "interrupted"),
                store.attempts().stream().map(each -> each.error().orElse("")).sorted().toList());

        waiting = () -> {};
        answers.add(slice("3_000"));
        scores.addAll(List.of(WORSE, WORSE, WORSE));
        run(generations(1, 3));
        assertEquals(3, measured.size());
        assertEquals(4, planned.size(), "the one that was not answered");
    }

    private Improvement improvement() {
        return store.improve("fifo", "time should be less", "wakeup", START.text(), START.hash());
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
        return loop().run(
                        improvement(),
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

    private interface Waiting {
        void waits() throws InterruptedException;
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
                    throws ModelException, InterruptedException {
                requests.add(messages);
                waiting.waits();
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
