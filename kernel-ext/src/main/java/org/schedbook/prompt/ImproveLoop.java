package org.schedbook.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
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
 * and it is kept only if it measures better than the best so far; of several candidates that are
 * asked for at once, the best is. Each round is in the {@link Store} when it ends, so that a loop
 * that was interrupted, or killed, goes on where it was.
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

        /**
         * What came of measuring one candidate of several.
         *
         * @param score empty if a run under it failed
         * @param failure why, a few words; empty if none failed
         */
        record Judged(Optional<Score> score, String failure) {}

        /**
         * Measures several candidates, each against the incumbent.
         *
         * @return what came of each, in their order
         */
        default List<Judged> compareAll(Candidate incumbent, List<Candidate> candidates)
                throws TargetException, InterruptedException {
            var judged = new ArrayList<Judged>();
            for (Candidate each : candidates) {
                judged.add(new Judged(compare(incumbent, each, false), ""));
            }
            return judged;
        }
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

        /** So many candidates are asked for at once; the first is that round. */
        default void begins(int round, int candidates) {}

        /** One of them is written, and has been through the gates; on a thread of its own. */
        default void written(Round round) {}

        /** One of them was not answered; the others go on. */
        default void unanswered(int round, String why) {}

        /** So many of them are measured. */
        default void measures(int candidates) {}

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
     * @param candidates of each round, asked for at once; the store has a row for each
     */
    public record Limits(
            int rounds, int plateau, int repairs, OptionalDouble budgetUsd, int candidates) {

        /** Of one candidate a round. */
        public Limits(int rounds, int plateau, int repairs, OptionalDouble budgetUsd) {
            this(rounds, plateau, repairs, budgetUsd, 1);
        }
    }

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

    /** Of why a candidate failed: a policy may say much. */
    private static final int MAX_WHY = 300;

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
        Candidate before = lineage(improvement, start, rounds).getLast();
        if (!unmeasured(improvement, before, rounds).isEmpty()) {
            // It is paid for, whatever the limits are.
            generation(
                    improvement,
                    before,
                    rounds,
                    startBehaviour,
                    limits,
                    situations.now(),
                    observer);
            rounds = new ArrayList<>(store.rounds(improvement));
            observer.rounds(rounds);
        }
        Optional<String> ended = ended(improvement, rounds, limits);
        while (ended.isEmpty()) {
            Candidate best = lineage(improvement, start, rounds).getLast();
            try {
                if (limits.candidates() == 1) {
                    rounds.add(
                            round(
                                    improvement,
                                    best,
                                    rounds,
                                    startBehaviour,
                                    limits,
                                    situations,
                                    observer));
                } else {
                    generation(
                            improvement,
                            best,
                            rounds,
                            startBehaviour,
                            limits,
                            situations.now(),
                            observer);
                    rounds = new ArrayList<>(store.rounds(improvement));
                }
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
        if (whole.size() >= limits.rounds() * limits.candidates()) {
            return Optional.of("all %d rounds are done".formatted(limits.rounds()));
        }
        double spent = store.costUsd(improvement);
        if (limits.budgetUsd().isPresent() && spent >= limits.budgetUsd().getAsDouble()) {
            return Optional.of(String.format(Locale.ROOT, "the budget is spent: $%.4f", spent));
        }
        int plateau = limits.plateau() * limits.candidates();
        boolean flat =
                whole.size() >= plateau
                        && whole.subList(whole.size() - plateau, whole.size()).stream()
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
        int number = next(before);
        Written written =
                write(
                        improvement,
                        best,
                        before,
                        number,
                        limits,
                        situations.now(),
                        Purse.BOTTOMLESS,
                        observer);
        Draft draft = Draft.of(number, best, written);
        Optional<Round> settled = settled(draft, before, startBehaviour, improvement);
        Round round;
        if (settled.isPresent()) {
            round = settled.get();
        } else {
            var candidate =
                    new Candidate(
                            number,
                            draft.source().orElseThrow(),
                            written.verdict().compiled().orElseThrow());
            round =
                    judge.compare(best, candidate, false)
                            .map(score -> draft.measured(score, true))
                            .orElseGet(() -> draft.failedWhenMeasured(""));
        }
        store.endRound(improvement, round);
        return round;
    }

    private static int next(List<Round> before) {
        return before.isEmpty() ? 1 : before.getLast().number() + 1;
    }

    /**
     * What models wrote for a round.
     *
     * @param costUsd of all answers; empty if that is not known
     */
    private record Written(String plan, Verdict verdict, OptionalDouble costUsd) {}

    private Written write(
            Improvement improvement,
            Candidate best,
            List<Round> before,
            int number,
            Limits limits,
            Situation situation,
            Purse purse,
            Observer observer)
            throws ModelException, InterruptedException, IOException {
        List<ChatMessage> messages = plan(improvement, best, before, number, limits, situation);
        Purse.Share share = purse.take("plan").orElseThrow(OutOfMoneyException::new);
        OptionalDouble paid = OptionalDouble.empty();
        Attempt attempt;
        Completion answer;
        try {
            attempt = store.begin(request(improvement, best, messages));
            store.beginRound(improvement, number, best.round(), attempt.id());
            observer.plans(number);
            answer = planning.ask(attempt, messages, observer::writes, observer::waits);
            paid = planning.cost(answer, messages);
        } finally {
            share.close(paid);
        }
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
                        purse,
                        observer);
        OptionalDouble cost =
                paid.isPresent() && written.costUsd().isPresent()
                        ? OptionalDouble.of(paid.getAsDouble() + written.costUsd().getAsDouble())
                        : OptionalDouble.empty();
        return new Written(plan, written.verdict(), cost);
    }

    // ---- Several at once --------------------------------------------------------------------

    /** A candidate of a generation that is to be measured. */
    private record Entry(Draft draft, Candidate candidate) {}

    /**
     * Has candidates written at once, each by a request for a plan and one for the code, measures
     * those that come through the gates, and keeps the best of those that are better. What is
     * written is in the store before it is measured; if that is interrupted, the next sitting
     * begins there.
     */
    private void generation(
            Improvement improvement,
            Candidate best,
            List<Round> before,
            String startBehaviour,
            Limits limits,
            Situation situation,
            Observer observer)
            throws ModelException, TargetException, InterruptedException, IOException {
        List<Draft> drafts = unmeasured(improvement, best, before);
        List<Round> earlier = new ArrayList<>(before);
        if (drafts.isEmpty()) {
            drafts = writeAll(improvement, best, before, limits, situation, observer);
        } else {
            observer.begins(drafts.getFirst().number(), drafts.size());
            var numbers = drafts.stream().map(Draft::number).toList();
            earlier.removeIf(round -> numbers.contains(round.number()));
        }
        var entries = new ArrayList<Entry>();
        for (Draft draft : drafts) {
            Optional<Round> settled = settled(draft, earlier, startBehaviour, improvement);
            if (settled.isPresent()) {
                store.endRound(improvement, settled.get());
            } else {
                entries.add(
                        new Entry(draft, candidate(draft.number(), draft.source().orElseThrow())));
            }
            earlier.add(settled.orElseGet(draft::unmeasured));
        }
        if (entries.isEmpty()) {
            return;
        }
        observer.measures(entries.size());
        List<Judge.Judged> judged =
                judge.compareAll(best, entries.stream().map(Entry::candidate).toList());
        OptionalInt first =
                IntStream.range(0, judged.size())
                        .filter(
                                i ->
                                        judged.get(i)
                                                .score()
                                                .filter(ImproveLoop::isBetter)
                                                .isPresent())
                        .boxed()
                        .max(Comparator.comparingDouble(i -> change(judged.get(i).score().get())))
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty());
        for (int i = 0; i < entries.size(); i++) {
            Draft draft = entries.get(i).draft();
            Judge.Judged each = judged.get(i);
            store.endRound(
                    improvement,
                    each.score().isEmpty()
                            ? draft.failedWhenMeasured(each.failure())
                            : draft.measured(each.score().get(), first.equals(OptionalInt.of(i))));
        }
    }

    private static boolean isBetter(Judge.Score score) {
        return score.clear() && score.better();
    }

    /** Returns how far a figure is from what it was, whichever way is the better one. */
    private static double change(Judge.Score score) {
        return Math.abs(Math.log(score.ratio()));
    }

    /** Returns what was written in an earlier sitting, from the same best, and not measured. */
    private static List<Draft> unmeasured(
            Improvement improvement, Candidate best, List<Round> rounds) {
        return rounds.stream()
                .filter(round -> round.outcome().isEmpty() && round.parent() == best.round())
                .filter(round -> round.source().isPresent())
                .map(round -> Draft.of(improvement, round))
                .toList();
    }

    private List<Draft> writeAll(
            Improvement improvement,
            Candidate best,
            List<Round> before,
            Limits limits,
            Situation situation,
            Observer observer)
            throws ModelException, InterruptedException, IOException {
        int whole = Math.toIntExact(before.stream().filter(r -> r.outcome().isPresent()).count());
        int count = Math.min(limits.candidates(), limits.rounds() * limits.candidates() - whole);
        int first = next(before);
        observer.begins(first, count);
        var purses =
                new Purses(
                        new Purse(limits.budgetUsd(), () -> store.costUsd(improvement)),
                        new Purse(limits.budgetUsd(), () -> store.costUsd(improvement)));
        var drafts = new TreeMap<Integer, Draft>();
        Optional<ModelException> unanswered = Optional.empty();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writing = new ExecutorCompletionService<Draft>(threads);
            var numbers = new HashMap<Future<Draft>, Integer>();
            for (int number = first; number < first + count; number++) {
                int mine = number;
                numbers.put(
                        writing.submit(
                                () ->
                                        draft(
                                                improvement,
                                                best,
                                                before,
                                                mine,
                                                limits,
                                                situation,
                                                purses,
                                                observer)),
                        number);
            }
            try {
                for (int i = 0; i < count; i++) {
                    Future<Draft> done = writing.take();
                    try {
                        Draft draft = done.get();
                        drafts.put(draft.number(), draft);
                    } catch (ExecutionException e) {
                        ModelException why = modelException(e);
                        unanswered = unanswered.or(() -> Optional.of(why));
                        observer.unanswered(numbers.get(done), why.getMessage());
                    }
                }
            } finally {
                threads.shutdownNow(); // What has arrived of answers is kept meanwhile.
            }
        }
        if (drafts.isEmpty()
                && unanswered.filter(e -> !(e instanceof OutOfMoneyException)).isPresent()) {
            throw unanswered.get();
        }
        return List.copyOf(drafts.values());
    }

    /** What a model's server did costs its own candidate; all else ends the generation. */
    private static ModelException modelException(ExecutionException e)
            throws InterruptedException, IOException {
        switch (e.getCause()) {
            case ModelException cause -> {
                return cause;
            }
            case InterruptedException cause -> throw cause;
            case IOException cause -> throw cause;
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            default -> throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * What pays for candidates that are written at once. One is not begun whose code could not be
     * paid after its plan.
     *
     * @param whole for all answers of a candidate
     * @param single for each answer
     */
    private record Purses(Purse whole, Purse single) {}

    /** Has one of several written, and keeps it. */
    private Draft draft(
            Improvement improvement,
            Candidate best,
            List<Round> before,
            int number,
            Limits limits,
            Situation situation,
            Purses purses,
            Observer observer)
            throws ModelException, InterruptedException, IOException {
        Purse.Share share = purses.whole().take("").orElseThrow(OutOfMoneyException::new);
        OptionalDouble paid = OptionalDouble.empty();
        Written written;
        try {
            written =
                    write(
                            improvement,
                            best,
                            before,
                            number,
                            limits,
                            situation,
                            purses.single(),
                            new Silent(observer));
            paid = written.costUsd();
        } finally {
            share.close(paid);
        }
        Draft draft = Draft.of(number, best, written);
        Round now =
                draft.failed().isPresent()
                        ? draft.end(Round.FAILED, draft.failed().get())
                        : draft.unmeasured();
        store.endRound(improvement, now);
        observer.written(now);
        return draft;
    }

    private OptionalDouble left(Improvement improvement, Limits limits) {
        return limits.budgetUsd().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(limits.budgetUsd().getAsDouble() - store.costUsd(improvement));
    }

    /** Returns the round of what need not be measured; empty if a draft is to be. */
    private static Optional<Round> settled(
            Draft draft, List<Round> before, String startBehaviour, Improvement improvement) {
        if (draft.failed().isPresent()) {
            return Optional.of(draft.end(Round.FAILED, draft.failed().get()));
        }
        String hash = draft.source().orElseThrow().hash();
        if (hash.equals(improvement.startHash())) {
            return Optional.of(draft.end(Round.DUPLICATE, "the same source as the start"));
        }
        if (draft.behaviour().filter(startBehaviour::equals).isPresent()) {
            return Optional.of(draft.end(Round.DUPLICATE, "does what the start does"));
        }
        for (Round earlier : before) {
            if (earlier.sourceHash().filter(hash::equals).isPresent()) {
                return Optional.of(
                        draft.end(Round.DUPLICATE, "the same source as round " + earlier.number()));
            }
            if (draft.behaviour().isPresent()
                    && draft.behaviour().equals(earlier.behaviourHash())) {
                return Optional.of(
                        draft.end(
                                Round.DUPLICATE,
                                "does what round %d does".formatted(earlier.number())));
            }
        }
        return Optional.empty();
    }

    /**
     * A round up to its judgement.
     *
     * @param failed why there is nothing to measure, a few words
     */
    private record Draft(
            int number,
            int parent,
            String plan,
            Optional<PolicySource> source,
            Optional<String> behaviour,
            Optional<String> failed) {

        static Draft of(int number, Candidate best, Written written) {
            Verdict verdict = written.verdict();
            return new Draft(
                    number,
                    best.round(),
                    written.plan(),
                    verdict.source(),
                    verdict.behaviour().filter(hash -> !hash.isEmpty()),
                    verdict.failed().map(gate -> "it " + gate.failed()));
        }

        /** Reads what {@link #unmeasured} returned. */
        static Draft of(Improvement improvement, Round round) {
            return new Draft(
                    round.number(),
                    round.parent(),
                    round.plan(),
                    round.source().map(text -> new PolicySource(improvement.policy(), text)),
                    round.behaviourHash(),
                    Optional.empty());
        }

        Round unmeasured() {
            return round(Optional.empty(), "", Double.NaN, Double.NaN, Double.NaN);
        }

        Round end(String outcome, String detail) {
            return round(Optional.of(outcome), detail, Double.NaN, Double.NaN, Double.NaN);
        }

        Round failedWhenMeasured(String why) {
            String line = why.strip().replaceAll("\\s+", " ");
            return end(
                    Round.FAILED,
                    "it failed when it was measured"
                            + (line.isEmpty()
                                    ? ""
                                    : ": " + line.substring(0, Math.min(line.length(), MAX_WHY))));
        }

        /**
         * @param isFirst whether no other of those measured with it is better still
         */
        Round measured(Judge.Score score, boolean isFirst) {
            boolean better = isBetter(score);
            return round(
                    Optional.of(better && isFirst ? Round.KEPT : Round.REVERTED),
                    score.words() + (better && !isFirst ? ", and another is better still" : ""),
                    score.ratio(),
                    score.low(),
                    score.high());
        }

        private static OptionalDouble finite(double value) {
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        }

        private Round round(
                Optional<String> outcome, String detail, double ratio, double low, double high) {
            return new Round(
                    number,
                    parent,
                    plan,
                    outcome,
                    detail,
                    finite(ratio),
                    finite(low),
                    finite(high),
                    source.map(PolicySource::text),
                    source.map(PolicySource::hash),
                    behaviour);
        }
    }

    /** For those that are written at once: who writes which line would be a riddle. */
    private record Silent(Observer others) implements Observer {

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

        @Override
        public void waits(String why) {
            others.waits(why);
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
            Limits limits,
            Situation situation) {
        int told = Math.max(MAX_TOLD, limits.candidates());
        String tried = tried(before.subList(Math.max(0, before.size() - told), before.size()));
        return List.of(
                ChatMessage.system(form.with(texts, "plan-system.md")),
                new ChatMessage(
                        "user",
                        plan(improvement, best, number, situation.text(), tried),
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
        for (Round round : before) {
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
