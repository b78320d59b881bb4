package org.schedbook.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.Compiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.NotRecordedException;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.store.Attempt;
import org.schedbook.store.Improvement;
import org.schedbook.store.Outcome;
import org.schedbook.store.Request;
import org.schedbook.store.Round;
import org.schedbook.store.Store;
import org.schedbook.target.TargetException;

/**
 * Improves a policy towards a goal. In each round one model says what to try, another writes it,
 * and it is kept only if it measures better than the best so far. Each round is in the {@link
 * Store} when it ends, so that a loop that was interrupted, or killed, goes on where it was.
 */
public final class ImproveLoop {

    /** Measures two policies against each other, each time on a machine that nothing ran on. */
    public interface Judge {

        /**
         * How a candidate compares.
         *
         * @param ratio of its median to the incumbent's
         * @param low lower end of the interval of that ratio
         * @param high upper end
         * @param clear whether the interval excludes no change
         * @param better if clear: whether the change is for the better
         * @param words the verdict for people
         */
        record Score(
                double ratio,
                double low,
                double high,
                boolean clear,
                boolean better,
                String words) {}

        /**
         * @param holdOut whether to measure with the workload that no round was judged by
         * @return empty if a run under the candidate failed; the cell says why
         */
        Optional<Score> compare(Candidate incumbent, Candidate candidate, boolean holdOut)
                throws TargetException, InterruptedException;
    }

    /**
     * A policy of a round.
     *
     * @param round 0 for the start
     */
    public record Candidate(int round, PolicySource source, CompiledPolicy compiled) {}

    /** Is told what happens, as it happens, on the calling thread. */
    public interface Observer extends RepairLoop.Observer {

        void plans(int round);

        void planned(Completion plan);

        /** All rounds up to now; called at the start and after each. */
        void rounds(List<Round> rounds);
    }

    /**
     * When to stop.
     *
     * @param rounds that came to their end, those of earlier sittings among them
     * @param plateau so many rounds in a row without one that was kept
     * @param repairs of each answer
     * @param budgetUsd for all answers, those of earlier sittings among them
     */
    public record Limits(int rounds, int plateau, int repairs, OptionalDouble budgetUsd) {}

    /**
     * What came of it.
     *
     * @param winner the best that the hold-out workload does not speak against; the start if there
     *     is none
     * @param ended why there are no more rounds
     * @param rejected rounds that were kept, and are worse on the hold-out workload
     */
    public record Result(
            Candidate winner, List<Round> rounds, String ended, List<Integer> rejected) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Of rounds that a planner is told of; the last say most. */
    private static final int MAX_TOLD = 10;

    private final Model planner;
    private final Asking planning;
    private final RepairLoop coding;
    private final Compiler compiler;
    private final Trial simulation;
    private final Judge judge;
    private final Store store;
    private final PromptTexts texts;
    private final Form form;

    /**
     * @param gates what each policy has to pass before it is measured
     * @param simulation of which behaviours are compared
     * @param form what is written: Java
     */
    public ImproveLoop(
            Model planner,
            Model coder,
            Prices prices,
            Compiler compiler,
            Gates gates,
            Trial simulation,
            Judge judge,
            Store store,
            PromptTexts texts,
            Form form,
            Optional<Recordings> recordings) {
        this.planner = planner;
        this.planning = new Asking(planner, prices, recordings);
        this.coding = new RepairLoop(coder, prices, gates, store, recordings);
        this.compiler = compiler;
        this.simulation = simulation;
        this.judge = judge;
        this.store = store;
        this.texts = texts;
        this.form = form;
    }

    /** What is known of the machine and of the latest measurements, asked for each round. */
    @FunctionalInterface
    public interface Situations {
        Situation now() throws InterruptedException;
    }

    /**
     * Goes on with an improvement until a limit is reached, and finds the winner.
     *
     * @throws ModelException if a model does not answer; the loop can be resumed. Recordings that
     *     do not go on after the first round end it instead
     */
    public Result run(
            Improvement improvement, Limits limits, Situations situations, Observer observer)
            throws ModelException, TargetException, InterruptedException, IOException {
        Candidate start = candidate(0, new PolicySource(improvement.policy(), improvement.start()));
        String startBehaviour = simulation.run(start.source(), start.compiled()).behaviour();
        List<Round> rounds = new ArrayList<>(store.rounds(improvement));
        observer.rounds(rounds);
        Optional<String> ended = ended(improvement, rounds, limits);
        while (ended.isEmpty()) {
            Candidate best = lineage(improvement, start, rounds).getLast();
            try {
                rounds.add(
                        round(
                                improvement,
                                best,
                                rounds,
                                startBehaviour,
                                limits,
                                situations,
                                observer));
            } catch (NotRecordedException e) {
                if (rounds.isEmpty()) {
                    throw e;
                }
                // What was kept before is not what was kept when the recordings were made.
                ended = Optional.of("no recording goes on from what was kept here");
                break;
            }
            observer.rounds(rounds);
            ended = ended(improvement, rounds, limits);
        }
        var rejected = new ArrayList<Integer>();
        Candidate winner = winner(lineage(improvement, start, rounds), rejected);
        store.endImprovement(improvement, ended.get(), winner.round());
        return new Result(winner, rounds, ended.get(), rejected);
    }

    private Optional<String> ended(Improvement improvement, List<Round> rounds, Limits limits) {
        List<Round> whole = rounds.stream().filter(r -> r.outcome().isPresent()).toList();
        if (whole.size() >= limits.rounds()) {
            return Optional.of("all %d rounds are done".formatted(limits.rounds()));
        }
        double spent = store.costUsd(improvement);
        if (limits.budgetUsd().isPresent() && spent >= limits.budgetUsd().getAsDouble()) {
            return Optional.of(String.format(Locale.ROOT, "the budget is spent: $%.4f", spent));
        }
        boolean flat =
                whole.size() >= limits.plateau()
                        && whole.subList(whole.size() - limits.plateau(), whole.size()).stream()
                                .noneMatch(Round::isKept);
        return flat
                ? Optional.of("%d rounds in a row changed nothing".formatted(limits.plateau()))
                : Optional.empty();
    }

    /** The start and what was kept since, each better than the one before. */
    private List<Candidate> lineage(Improvement improvement, Candidate start, List<Round> rounds)
            throws ModelException, InterruptedException {
        var lineage = new ArrayList<>(List.of(start));
        for (Round round : rounds) {
            if (round.isKept()) {
                lineage.add(
                        candidate(
                                round.number(),
                                new PolicySource(improvement.policy(), round.source().orElse(""))));
            }
        }
        return lineage;
    }

    private Candidate candidate(int round, PolicySource source)
            throws ModelException, InterruptedException {
        try {
            return new Candidate(round, source, compiler.compile(source));
        } catch (CompileException e) {
            // The file may be another's, or of another version.
            throw new ModelException(
                    "The policy of round %d in the store does not compile, or is refused."
                            .formatted(round),
                    "Move .schedbook/store.db away, or improve the policy under another name.",
                    "");
        }
    }

    private Round round(
            Improvement improvement,
            Candidate best,
            List<Round> before,
            String startBehaviour,
            Limits limits,
            Situations situations,
            Observer observer)
            throws ModelException, TargetException, InterruptedException, IOException {
        int number = before.size() + 1;
        Situation situation = situations.now();
        List<ChatMessage> messages = plan(improvement, best, before, number, situation);
        Attempt attempt = store.begin(request(improvement, best, messages));
        store.beginRound(improvement, number, best.round(), attempt.id());
        observer.plans(number);
        Completion answer = planning.ask(attempt, messages, observer::writes, observer::waits);
        observer.planned(answer);
        attempt.judged(
                new Outcome(
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        String plan = answer.text().strip();

        var prompt =
                new PolicyPrompt(
                        texts.fill("code.md", Map.of("goal", improvement.goal(), "plan", plan)),
                        best.source(),
                        situation,
                        texts,
                        form);
        RepairLoop.Result written =
                coding.run(
                        improvement.policy(),
                        "code",
                        attempt.id(),
                        prompt,
                        new RepairLoop.Limits(limits.repairs(), left(improvement, limits)),
                        observer);
        Round round =
                judged(number, best, plan, written.verdict(), before, startBehaviour, improvement);
        store.endRound(improvement, round);
        return round;
    }

    private OptionalDouble left(Improvement improvement, Limits limits) {
        return limits.budgetUsd().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(limits.budgetUsd().getAsDouble() - store.costUsd(improvement));
    }

    private Round judged(
            int number,
            Candidate best,
            String plan,
            Verdict verdict,
            List<Round> before,
            String startBehaviour,
            Improvement improvement)
            throws TargetException, InterruptedException {
        var draft = new Draft(number, best.round(), plan, verdict);
        if (verdict.failed().isPresent()) {
            return draft.end(Round.FAILED, "it " + verdict.failed().get().failed());
        }
        if (verdict.source().orElseThrow().hash().equals(improvement.startHash())) {
            return draft.end(Round.DUPLICATE, "the same source as the start");
        }
        Optional<String> behaviour = verdict.behaviour().filter(hash -> !hash.isEmpty());
        if (behaviour.filter(startBehaviour::equals).isPresent()) {
            return draft.end(Round.DUPLICATE, "does what the start does");
        }
        for (Round earlier : before) {
            if (earlier.sourceHash().isPresent()
                    && earlier.sourceHash().equals(verdict.source().map(PolicySource::hash))) {
                return draft.end(Round.DUPLICATE, "the same source as round " + earlier.number());
            }
            if (behaviour.isPresent() && behaviour.equals(earlier.behaviourHash())) {
                return draft.end(
                        Round.DUPLICATE, "does what round %d does".formatted(earlier.number()));
            }
        }
        var candidate =
                new Candidate(
                        number, verdict.source().orElseThrow(), verdict.compiled().orElseThrow());
        return judge.compare(best, candidate, false)
                .map(draft::measured)
                .orElseGet(() -> draft.end(Round.FAILED, "it failed when it was measured"));
    }

    /** A round up to its judgement. */
    private record Draft(int number, int parent, String plan, Verdict verdict) {

        Round end(String outcome, String detail) {
            return round(
                    outcome,
                    detail,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty());
        }

        Round measured(Judge.Score score) {
            return round(
                    score.clear() && score.better() ? Round.KEPT : Round.REVERTED,
                    score.words(),
                    finite(score.ratio()),
                    finite(score.low()),
                    finite(score.high()));
        }

        private static OptionalDouble finite(double value) {
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        }

        private Round round(
                String outcome,
                String detail,
                OptionalDouble ratio,
                OptionalDouble low,
                OptionalDouble high) {
            return new Round(
                    number,
                    parent,
                    plan,
                    Optional.of(outcome),
                    detail,
                    ratio,
                    low,
                    high,
                    verdict.source().map(PolicySource::text),
                    verdict.source().map(PolicySource::hash),
                    verdict.behaviour());
        }
    }

    /**
     * Returns the last of a lineage that is not worse than the start on the hold-out workload: what
     * only learnt the workload it was judged by is no winner.
     */
    private Candidate winner(List<Candidate> lineage, List<Integer> rejected)
            throws TargetException, InterruptedException {
        for (Candidate candidate : lineage.reversed()) {
            if (candidate.round() == 0) {
                break;
            }
            Optional<Judge.Score> score = judge.compare(lineage.getFirst(), candidate, true);
            if (score.isPresent() && !(score.get().clear() && !score.get().better())) {
                return candidate;
            }
            rejected.add(candidate.round());
        }
        return lineage.getFirst();
    }

    /**
     * The request for a plan. Figures differ from run to run, so they are not in what a recording
     * is found by; the rest is.
     */
    private List<ChatMessage> plan(
            Improvement improvement,
            Candidate best,
            List<Round> before,
            int number,
            Situation situation) {
        return List.of(
                ChatMessage.system(form.with(texts, "plan-system.md")),
                new ChatMessage(
                        "user",
                        plan(improvement, best, number, situation.text(), tried(before)),
                        plan(improvement, best, number, "", "")));
    }

    private String plan(
            Improvement improvement, Candidate best, int number, String situation, String tried) {
        return texts.fill(
                "plan.md",
                Map.of(
                        "source", best.source().text().strip(),
                        "round", Integer.toString(number),
                        "goal", improvement.goal(),
                        "situation", paragraph(situation),
                        "tried", paragraph(tried)));
    }

    private static String paragraph(String text) {
        return text.isEmpty() ? "" : text.strip() + "\n\n";
    }

    private static String tried(List<Round> before) {
        var text = new StringBuilder();
        for (Round round : before.subList(Math.max(0, before.size() - MAX_TOLD), before.size())) {
            if (round.outcome().isEmpty()) {
                continue;
            }
            text.append(
                    String.format(
                            Locale.ROOT,
                            "\n- Round %d, changing %s: %s. %s: %s.",
                            round.number(),
                            round.parent() == 0 ? "the start" : "round " + round.parent(),
                            round.plan().replaceAll("\\s+", " "),
                            round.outcome().get(),
                            round.detail()));
            round.ratio()
                    .ifPresent(
                            ratio ->
                                    text.append(
                                            String.format(
                                                    Locale.ROOT,
                                                    " Measured %.3f of what it changed.",
                                                    ratio)));
        }
        return text.isEmpty() ? "" : "What was tried:\n" + text;
    }

    private Request request(Improvement improvement, Candidate best, List<ChatMessage> messages) {
        try {
            return new Request(
                    0,
                    improvement.policy(),
                    "plan",
                    0,
                    best.source().name(),
                    best.source().hash(),
                    improvement.goal(),
                    texts.hash(),
                    planner.place(),
                    planner.name(),
                    planner.sampling().json(),
                    JSON.writeValueAsString(messages));
        } catch (JsonProcessingException e) {
            throw new AssertionError("messages are JSON", e);
        }
    }
}
