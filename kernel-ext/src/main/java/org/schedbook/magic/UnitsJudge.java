package org.schedbook.magic;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Workload;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Verdict;
import org.schedbook.prompt.ImproveLoop.Candidate;
import org.schedbook.prompt.ImproveLoop.Judge;
import org.schedbook.session.Place;
import org.schedbook.session.Policies;
import org.schedbook.session.Session;
import org.schedbook.session.SessionException;
import org.schedbook.session.TargetChoice;
import org.schedbook.store.StoreException;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.SweepRun;
import org.schedbook.target.TargetException;
import org.schedbook.units.Machines;
import org.schedbook.units.UnitRun;
import org.schedbook.view.UnitsView;

/**
 * Measures candidates as the units of a sweep, in which the incumbent is what the others are
 * compared to. What has a result is not measured again, so a measurement that was interrupted goes
 * on.
 */
final class UnitsJudge implements Judge {

    private static final long SEED = 1;

    private static final long SHOW_MS = 500;

    private final Session session;
    private final Path directory;
    private final TargetChoice target;
    private final Workload goal;
    private final Workload holdOut;
    private final boolean inKernel;
    private final int repetitions;
    private final Duration limit;
    private final Machines machines;
    private final MagicCall call;
    private Consumer<String> show = _ -> {};

    /**
     * Checks all that can be wrong before a model is asked.
     *
     * @param on where units are done, as {@link Machines#of} takes it
     * @throws SessionException if the start cannot be measured so, or there
     */
    UnitsJudge(
            Session session,
            Path directory,
            PolicySource start,
            Workload goal,
            Workload holdOut,
            boolean inKernel,
            int repetitions,
            Duration limit,
            String on,
            MagicCall call)
            throws InterruptedException {
        this.session = session;
        this.directory = directory;
        this.target = target(session.place());
        this.goal = goal;
        this.holdOut = holdOut;
        this.inKernel = inKernel;
        this.repetitions = repetitions;
        this.limit = limit;
        this.call = call;
        sweep(Map.of(label(0), start), holdOut);
        machines = Machines.of(sweep(Map.of(label(0), start), goal).needs(), on);
    }

    /** What a model wrote schedules no machine but a guest's, or a simulated one. */
    static TargetChoice target(Place place) {
        return place.choice() instanceof TargetChoice.Sim sim ? sim : place.separate();
    }

    /** Returns this, telling somebody how far units are. */
    UnitsJudge telling(Consumer<String> somebody) {
        show = somebody;
        return this;
    }

    private String label(int round) {
        return (round == 0 ? "start" : "round-" + round) + (inKernel ? Contender.IN_KERNEL : "");
    }

    private Sweep sweep(Map<String, PolicySource> policies, Workload workload)
            throws InterruptedException {
        var sources = new LinkedHashMap<String, Optional<PolicySource>>();
        policies.forEach((label, source) -> sources.put(label, Optional.of(source)));
        return Sweep.of(
                sources,
                new LinkedHashMap<>(),
                List.of(workload),
                target,
                repetitions,
                SEED,
                limit);
    }

    @Override
    public Optional<Score> compare(Candidate incumbent, Candidate candidate, boolean holdOut)
            throws TargetException, InterruptedException {
        return compareAll(incumbent, List.of(candidate), holdOut ? this.holdOut : goal)
                .getFirst()
                .score();
    }

    @Override
    public List<Judged> compareAll(Candidate incumbent, List<Candidate> candidates)
            throws TargetException, InterruptedException {
        return compareAll(incumbent, candidates, goal);
    }

    private List<Judged> compareAll(
            Candidate incumbent, List<Candidate> candidates, Workload workload)
            throws TargetException, InterruptedException {
        var policies = new LinkedHashMap<String, PolicySource>();
        policies.put(label(incumbent.round()), incumbent.source());
        candidates.forEach(each -> policies.put(label(each.round()), each.source()));
        var wanted = new SweepRun(sweep(policies, workload), directory, machines);
        if (!wanted.progress().given().isEmpty()) {
            wanted.forgive(); // what machines did in an earlier sitting
        }
        SweepRun run = follow(session.beside(Sweeps.class, Sweeps::new).start(wanted));
        Sweep.Outcome outcome = run.outcomes().getFirst();
        if (outcome.missing() > 0) {
            throw new SessionException(
                    "The candidates were not measured. " + why(run.progress()),
                    "Run the same line again: it goes on where it was.");
        }
        String failed = outcome.failures().get(label(incumbent.round()));
        if (failed != null) {
            throw new SessionException(
                    "%s, which the candidates change, fails under %s: %s"
                            .formatted(label(incumbent.round()), workload.name(), failed),
                    "Mend it, or choose another goal.");
        }
        outcome.measured().ifPresent(measured -> keep(measured, policies, outcome));
        Map<String, Comparison> verdicts =
                outcome.measured().map(BenchResult::verdicts).orElse(Map.of());
        var judged = new ArrayList<Judged>();
        for (Candidate each : candidates) {
            String label = label(each.round());
            judged.add(
                    outcome.failures().containsKey(label)
                            ? new Judged(Optional.empty(), outcome.failures().get(label))
                            : new Judged(Optional.of(score(verdicts.get(label))), ""));
        }
        return judged;
    }

    /** Returns what a comparison with the incumbent says. */
    static Score score(Comparison comparison) {
        return new Score(
                comparison.ratio(),
                comparison.interval().low(),
                comparison.interval().high(),
                comparison.verdict() != Verdict.CANNOT_TELL,
                comparison.verdict() == Verdict.BETTER,
                comparison.words());
    }

    private static String why(UnitRun.Progress now) {
        return now.given().isEmpty() ? now.note() : UnitsView.givenUp(now);
    }

    /** Waits until they are measured; an interrupt leaves them running, to be found again. */
    private SweepRun follow(Sweeps.Running running) throws InterruptedException {
        try {
            while (!running.ended().isDone()) {
                show.accept(UnitsView.progress(running.run().progress()));
                try {
                    running.ended().get(SHOW_MS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    // It is under way.
                }
            }
            running.ended().get();
            return running.run();
        } catch (InterruptedException e) {
            call.show(
                    "What is written goes on being measured. Run the same line again to go on with"
                            + " it; %sweep --cancel ends it.");
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause());
        }
    }

    private void keep(
            BenchResult measured,
            SequencedMap<String, PolicySource> policies,
            Sweep.Outcome outcome) {
        var sources = new LinkedHashMap<String, Policies.Source>();
        policies.values()
                .forEach(source -> sources.put(source.hash(), new Policies.Source(source, false)));
        try {
            session.figures().takeIn(target, measured, sources, outcome.identity());
        } catch (StoreException e) {
            show.accept("These figures are not kept. " + e.getMessage() + " " + e.nextStep());
        }
    }
}
