package org.schedbook.magic;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.LiveDisplay;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.kernel.ClangException;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.UnsupportedException;
import org.schedbook.llm.Endpoint;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.OpenAiModel;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.llm.Sampling;
import org.schedbook.measure.Comparison;
import org.schedbook.prompt.DryRun;
import org.schedbook.prompt.Form;
import org.schedbook.prompt.Gates;
import org.schedbook.prompt.GuestTrial;
import org.schedbook.prompt.ImproveLoop;
import org.schedbook.prompt.PromptTexts;
import org.schedbook.session.Policies;
import org.schedbook.session.Session;
import org.schedbook.session.SessionException;
import org.schedbook.session.Situations;
import org.schedbook.store.Improvement;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.view.Diff;
import org.schedbook.view.ImproveBoard;
import org.schedbook.view.ImproveView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %improve NAME}: has models improve a policy round by round. */
@Command(
        description = {
            "Has models improve a policy towards a goal, round by round.",
            "",
            "In each round one request asks what to change and another for the code. What comes"
                    + " through the gates of %%prompt is measured against the best so far, by turns"
                    + " in a fresh guest, and kept only if it is better and the interval excludes no"
                    + " change. Before a winner is named it is measured against the start on another"
                    + " workload, and must not be worse there. POLICY@kernel is improved as it decides in"
                    + " the kernel: models are told what can be translated, and all is measured there.",
            "",
            "With --candidates N, a round asks for N policies at once. All that come through the gates"
                    + " are measured against the best so far in one measurement, as units of %sweep,"
                    + " and the best of those that are better after Holm's correction is kept.",
            "",
            "What was interrupted goes on where it was when the same line is run again.",
            ""
        },
        footer = {
            "Examples:",
            "  %improve my-policy --goal \"messaging time\" --rounds 8 --budget 0.50",
            "  %improve my-policy --goal wakeup --planner big-model --coder small-model",
            "  %improve my-policy@kernel --goal messaging",
            "  %improve my-policy --goal messaging --rounds 4 --candidates 8 --on slurm"
        })
final class ImproveMagic implements Magic {

    private static final int DEFAULT_CPUS = 2;

    /** More requests at once than that a server takes for an attack. */
    private static final int MAX_CANDIDATES = 64;

    /** Time for one run of a workload. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Parameters(
            paramLabel = "POLICY",
            completionCandidates = Candidates.Policies.class,
            description = "The policy to improve.")
    private String name;

    @Option(
            names = "--goal",
            paramLabel = "GOAL",
            completionCandidates = Candidates.Workloads.class,
            required = true,
            description =
                    "A workload of %%workloads, perhaps with the name of what decides it, as in"
                            + " \"messaging time\".")
    private String goal;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "8",
            description = "Rounds at most (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--budget",
            paramLabel = "USD",
            description =
                    "Begin no round once the answers have cost this much. Needs the models' prices in"
                            + " .schedbook/prices.csv.")
    private Double budget;

    @Option(
            names = "--plateau",
            paramLabel = "N",
            defaultValue = "4",
            description = "Stop after N rounds in a row that changed nothing (${DEFAULT-VALUE}).")
    private int plateau;

    @Option(
            names = "--repairs",
            paramLabel = "N",
            defaultValue = "2",
            description = "How often an answer may be corrected (${DEFAULT-VALUE}).")
    private int repairs;

    @Option(
            names = "--planner",
            paramLabel = "MODEL",
            completionCandidates = Candidates.Models.class,
            description = "Says what to try; OPENAI_MODEL unless given.")
    private String planner;

    @Option(
            names = "--coder",
            paramLabel = "MODEL",
            completionCandidates = Candidates.Models.class,
            description = "Writes it; OPENAI_MODEL unless given.")
    private String coder;

    @Option(
            names = "--hold-out",
            paramLabel = "WORKLOAD",
            completionCandidates = Candidates.Workloads.class,
            description = "The other workload; wakeup unless given, messaging if that is the goal.")
    private String holdOut;

    @Option(
            names = {"-n", "--repetitions"},
            paramLabel = "N",
            defaultValue = "8",
            description = "Runs of each policy in a measurement, at most (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(
            names = "--candidates",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Ask for N at once in each round, measure them together, and keep the best"
                            + " (${DEFAULT-VALUE}).")
    private int candidates;

    @Option(
            names = "--on",
            paramLabel = "WHERE",
            description =
                    "Measure as %%sweep does, in a guest or simulated: local:N, slurm or"
                            + " slurm:PARTITION:N. Without it, and with one candidate, policies take"
                            + " turns in a fresh guest.")
    private String on;

    @Option(
            names = "--no-attach",
            description = "Leave out the second under load before a policy is measured.")
    private boolean noAttach;

    @Option(
            names = "--record",
            paramLabel = "DIR",
            description =
                    "Keep the answers there, so that they can be played back without a model.")
    private Path record;

    private boolean inKernel;

    private final Session session;
    private final Map<String, String> environment;

    ImproveMagic(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    @Override
    public Object run(MagicCall call)
            throws ModelException, TargetException, InterruptedException, IOException {
        if (candidates < 1 || candidates > MAX_CANDIDATES) {
            throw new CellError("--candidates is from 1 to %d.".formatted(MAX_CANDIDATES))
                    .next("Change the line and run it again.");
        }
        if (rounds < 1 || plateau < 1 || repairs < 0 || repetitions < 1) {
            throw new CellError("--rounds, --plateau and -n are 1 or more, --repairs 0 or more.")
                    .next("Change the line and run it again.");
        }
        Workload workload = workload();
        Workload other = BenchOptions.workload(otherWorkload(workload));
        inKernel = session.place().decidesInKernel() || name.endsWith(Contender.IN_KERNEL);
        name = Contender.policyOf(name);
        Policies.checkFree(name);
        session.policies().named(name); // Says so if there is none, or it does not compile.
        if (inKernel) {
            session.policies().inKernel(name); // And if it cannot decide there.
        }
        PolicySource start = session.policies().source(name);
        Optional<Endpoint> endpoint = Endpoint.from(environment);
        if (endpoint.isEmpty()) {
            return improve(start, workload, other, Session.RECORDINGS, Session.RECORDINGS, call);
        }
        try (var plans = client(endpoint.get(), planner);
                var codes = client(endpoint.get(), coder)) {
            return improve(start, workload, other, plans, codes, call);
        }
    }

    /** The goal as a workload; further words have to be the metric that decides it. */
    private Workload workload() {
        String[] words = goal.strip().split("\\s+");
        Workload workload = BenchOptions.workload(words[0]);
        List<String> metric = List.of(workload.headline().name().split(" "));
        if (!metric.containsAll(List.of(words).subList(1, words.length))) {
            throw new CellError(
                            "%s is decided by '%s', not by '%s'."
                                    .formatted(
                                            workload.name(), workload.headline().name(), words[1]))
                    .next(
                            "Write --goal \"%s %s\"."
                                    .formatted(workload.name(), workload.headline().name()));
        }
        return workload;
    }

    private String otherWorkload(Workload workload) {
        if (holdOut != null) {
            return holdOut;
        }
        return workload.name().equals("wakeup") ? "messaging" : "wakeup";
    }

    private OpenAiModel client(Endpoint endpoint, String named) {
        String model =
                Optional.ofNullable(named)
                        .or(() -> Optional.ofNullable(environment.get("OPENAI_MODEL")))
                        .filter(each -> !each.isBlank())
                        .orElseThrow(
                                () ->
                                        new CellError("No model is named.")
                                                .next(
                                                        "Add --planner and --coder, or set"
                                                                + " OPENAI_MODEL and restart the"
                                                                + " kernel."));
        return new OpenAiModel(endpoint, model, Sampling.DEFAULT);
    }

    private Object improve(
            PolicySource start,
            Workload workload,
            Workload other,
            Model plans,
            Model codes,
            MagicCall call)
            throws ModelException, TargetException, InterruptedException, IOException {
        Optional<UnitsJudge> units = units(start, workload, other, call);
        Prices prices = session.prices();
        OptionalDouble limit = budget(prices, plans, codes);
        String goalInWords =
                "%s of %s should be %s%s"
                        .formatted(
                                workload.headline().name(),
                                Workloads.write(workload),
                                workload.headline().better().word(),
                                inKernel ? ", where the policy decides in the kernel" : "");
        Improvement improvement =
                session.store()
                        .improve(
                                name,
                                goalInWords,
                                Workloads.write(other),
                                start.text(),
                                start.hash());
        long done =
                session.store().rounds(improvement).stream()
                        .filter(round -> round.outcome().isPresent())
                        .count();
        if (done > 0) {
            // Whose they are is not known: the store may have come with the notebook.
            call.show(
                    "Going on after round %d: the rounds are in .schedbook/store.db, and what they kept runs in a guest."
                            .formatted(done));
        }
        int cpus = session.place().running().map(t -> t.machine().cpus()).orElse(DEFAULT_CPUS);
        var simulation = new DryRun(cpus);
        var board = new ImproveBoard(workload);
        try (LiveDisplay live =
                        new LiveDisplay(
                                call.frontend(),
                                () -> ImproveBoard.plot(board.improved()).bundle());
                var view = new ImproveView(plans.name(), codes.name(), board, live, call)) {
            var loop =
                    new ImproveLoop(
                            plans,
                            codes,
                            prices,
                            session.policies().compiler(),
                            gates(simulation),
                            simulation,
                            units.<ImproveLoop.Judge>map(each -> each.telling(view::measured))
                                    .orElseGet(() -> new FreshGuests(workload, other, call)),
                            session.store(),
                            PromptTexts.builtIn(),
                            form(),
                            Optional.ofNullable(record).map(Recordings::new));
            ImproveLoop.Result result =
                    loop.run(
                            improvement,
                            new ImproveLoop.Limits(rounds, plateau, repairs, limit, candidates),
                            () -> Situations.of(session),
                            view);
            tell(result, start, call);
        } finally {
            session.figures().keep(board.improved());
        }
        return null;
    }

    /**
     * Returns who has candidates measured as units, if that is wanted.
     *
     * @throws SessionException if it cannot be, before a model is asked
     */
    private Optional<UnitsJudge> units(
            PolicySource start, Workload workload, Workload other, MagicCall call)
            throws InterruptedException {
        if (candidates == 1 && on == null) {
            return Optional.empty();
        }
        Path directory =
                session.directory()
                        .orElseThrow(
                                () ->
                                        new CellError("Nothing is kept while cells are marked.")
                                                .next("Leave out --candidates and --on."))
                        .resolve("improve");
        return Optional.of(
                new UnitsJudge(
                        session,
                        directory,
                        start,
                        workload,
                        other,
                        inKernel,
                        repetitions,
                        LIMIT,
                        on,
                        call));
    }

    private OptionalDouble budget(Prices prices, Model... models) {
        if (budget == null) {
            return OptionalDouble.empty();
        }
        OptionalDouble limit = RequestOptions.dollars("--budget", budget);
        for (Model model : models) {
            if (!(model instanceof Recordings) && !prices.knows(model.name())) {
                throw new CellError(
                                "The price of %s is not known, so --budget cannot be kept."
                                        .formatted(model.name()))
                        .next("Add a line for it to .schedbook/prices.csv.");
            }
        }
        return limit;
    }

    private Form form() {
        return inKernel ? Form.IN_KERNEL : Form.JAVA;
    }

    private Gates gates(DryRun simulation) {
        return Gates.of(
                form(),
                session.policies().compiler(),
                simulation,
                noAttach
                        ? Optional.empty()
                        : Optional.of(new GuestTrial(session.place()::separateGuest)));
    }

    private void tell(ImproveLoop.Result result, PolicySource start, MagicCall call)
            throws InterruptedException {
        ImproveLoop.Candidate winner = result.winner();
        if (winner.round() == 0) {
            call.show(why(result) + " Nothing better was found; " + name + " is as it was.");
            return;
        }
        Diff diff = Diff.of(name, start, name, winner.source());
        call.show(diff);
        Policies.Defined now =
                PolicyMagic.define(session, winner.source(), "improve", OptionalLong.empty(), call);
        call.show(
                "%s The winner is round %d: %s is %s."
                        .formatted(why(result), winner.round(), name, now.label()));
        call.offerNextCell("%%policy " + name + "\n" + winner.source().text().stripTrailing());
    }

    private static String why(ImproveLoop.Result result) {
        var why = new StringBuilder("No more rounds: " + result.ended() + ".");
        for (int round : result.rejected()) {
            why.append(
                    " Round %d is worse than the start on the hold-out workload.".formatted(round));
        }
        return why.toString();
    }

    /** Measures each pair by turns in a guest that nothing ran in. */
    private final class FreshGuests implements ImproveLoop.Judge {

        private final Workload workload;
        private final Workload other;
        private final MagicCall call;

        FreshGuests(Workload workload, Workload other, MagicCall call) {
            this.workload = workload;
            this.other = other;
            this.call = call;
        }

        @Override
        public Optional<Score> compare(
                ImproveLoop.Candidate incumbent, ImproveLoop.Candidate candidate, boolean holdOut)
                throws TargetException, InterruptedException {
            var contenders = List.of(contender(incumbent), contender(candidate));
            var plan = Plan.of(repetitions, LIMIT).stoppingEarly();
            try (Target guest = session.place().separateGuest()) {
                BenchResult result =
                        new CellBench(session, call)
                                .on(
                                        session.place().separate(),
                                        guest,
                                        holdOut ? other : workload,
                                        contenders,
                                        plan);
                Comparison c = result.verdicts().get(contenders.get(1).name());
                return Optional.of(UnitsJudge.score(c));
            } catch (BenchException e) {
                call.show(e.getMessage());
                return Optional.empty();
            }
        }

        private Contender contender(ImproveLoop.Candidate candidate) throws InterruptedException {
            String round = candidate.round() == 0 ? "start" : "round-" + candidate.round();
            if (!inKernel) {
                return new Contender(round, Optional.of(candidate.compiled()));
            }
            try {
                KernelPolicy translated = KernelPolicy.of(candidate.source(), candidate.compiled());
                return new Contender(
                        round + Contender.IN_KERNEL,
                        Optional.of(candidate.compiled()),
                        Optional.of(translated));
            } catch (UnsupportedException | ClangException e) {
                // It went through the gate, so what is missing now is not the policy's fault.
                throw new SessionException(
                        "%s cannot decide in the kernel: %s".formatted(round, e.getMessage()),
                        "Run the same line again: it goes on where it was.");
            }
        }
    }
}
