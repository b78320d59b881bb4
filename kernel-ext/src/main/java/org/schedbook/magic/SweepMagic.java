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
import java.util.regex.Pattern;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.LiveDisplay;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Policies;
import org.schedbook.session.Session;
import org.schedbook.session.TargetChoice;
import org.schedbook.store.StoreException;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.SweepRun;
import org.schedbook.target.TargetException;
import org.schedbook.units.Machines;
import org.schedbook.view.BenchView;
import org.schedbook.view.SweepView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code %sweep}: measures policies for each combination of values of their constants. */
@Command(
        description = {
            "Measures policies for each combination of values of their constants.",
            "",
            "--NAME=value,value sets a static final constant of the policies: a number, true or"
                    + " false, or a time such as 5ms. A policy without it is measured once, as it"
                    + " is. Workers measure, each in a process of its own; what has a result is not"
                    + " measured again. An interrupt ends the cell and not the sweep: the same cell"
                    + " shows it again, and --cancel ends it.",
            ""
        },
        footer = {
            "Examples:",
            "  %sweep --policies rr --SLICE_NS=1ms,5ms,20ms --target sim",
            "  %sweep -p fifo,rr --SLICE_NS=1ms,5ms -w messaging:groups=2,loops=50,pipe -n 20",
            "  %sweep --cancel"
        })
final class SweepMagic implements Magic {

    private static final Pattern CONSTANT = Pattern.compile("--([\\p{L}_$][\\p{L}\\p{N}_$]*)=(.*)");

    private static final long SHOW_MS = 200;

    @Option(
            names = {"-p", "--policies"},
            paramLabel = "NAME",
            completionCandidates = Candidates.Contenders.class,
            split = ",",
            defaultValue = "rr",
            description =
                    "Policies, separated by commas (${DEFAULT-VALUE}); the first variant is what the"
                            + " others are compared to.")
    private List<String> policies;

    @Option(
            names = {"-w", "--workloads"},
            paramLabel = "WORKLOAD",
            completionCandidates = Candidates.Workloads.class,
            split = BenchOptions.BETWEEN_WORKLOADS,
            splitSynopsisLabel = ",",
            defaultValue = "messaging",
            description = "Workloads, separated by commas (${DEFAULT-VALUE}).")
    private List<String> workloads;

    @Option(
            names = {"-n", "--repetitions"},
            paramLabel = "N",
            defaultValue = "10",
            description = "Runs of each variant under each workload (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Of the first simulation, or of the order of the runs (${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Time for one run (${DEFAULT-VALUE}).")
    private int limitSeconds;

    @Option(
            names = "--on",
            paramLabel = "WHERE",
            description =
                    "local:N measures N units at a time; one for each core and 2 GiB of memory unless"
                            + " given, and 1 for figures of the wall clock. slurm measures on a"
                            + " cluster, slurm:PARTITION:N in a partition and N units at a time.")
    private String on;

    @Option(names = "--cancel", description = "End the sweeps that are under way.")
    private boolean cancel;

    @Option(
            names = "--retry",
            description = "Also try units again that machines have failed of three times.")
    private boolean retry;

    @Mixin private TargetOption target;

    @Unmatched private List<String> constants = new ArrayList<>();

    @Spec private CommandSpec spec;

    private final Session session;
    private final Sweeps sweeps;

    SweepMagic(Session session) {
        this.session = session;
        this.sweeps = session.beside(Sweeps.class, Sweeps::new);
    }

    @Override
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        SequencedMap<String, List<String>> values = values();
        if (cancel) {
            return cancelled();
        }
        Path directory =
                session.directory()
                        .orElseThrow(
                                () ->
                                        new CellError("Nothing is kept while cells are marked.")
                                                .next("Measure with %bench instead."))
                        .resolve("sweep");
        if (limitSeconds < 1) {
            throw new CellError("--limit is 1 or more.").next("Change it and run the cell again.");
        }
        target.choose(session, call);
        Sweep sweep =
                Sweep.of(
                        sources(),
                        values,
                        workloads.stream().map(BenchOptions::workload).distinct().toList(),
                        session.place().choice(),
                        repetitions,
                        seed,
                        Duration.ofSeconds(limitSeconds));
        var run = new SweepRun(sweep, directory, Machines.of(sweep.needs(), on));
        if (retry) {
            run.forgive();
        }
        follow(sweeps.start(run), call);
        return null;
    }

    private String cancelled() {
        return sweeps.cancel() == 0
                ? "No sweep is under way."
                : "Ended. What has a result is kept, and the cell of the sweep goes on with it.";
    }

    /** Reads --NAME=a,b, also where blanks stand around the commas. */
    private SequencedMap<String, List<String>> values() {
        var words = new ArrayList<String>();
        for (String word : constants) {
            boolean joined =
                    !words.isEmpty()
                            && !word.startsWith("--")
                            && (word.startsWith(",") || words.getLast().endsWith(","));
            words.add(joined ? words.removeLast() + word : word);
        }
        var values = new LinkedHashMap<String, List<String>>();
        for (String word : words) {
            var matcher = CONSTANT.matcher(word);
            if (!matcher.matches()) {
                throw new UnmatchedArgumentException(spec.commandLine(), List.of(word));
            }
            if (values.put(matcher.group(1), List.of(matcher.group(2).split(",", -1))) != null) {
                throw new CellError("%s is there twice.".formatted(matcher.group(1)))
                        .next(
                                "Write all of its values after one: --%s=1,2."
                                        .formatted(matcher.group(1)));
            }
        }
        return values;
    }

    private SequencedMap<String, Optional<PolicySource>> sources() throws InterruptedException {
        var sources = new LinkedHashMap<String, Optional<PolicySource>>();
        for (String named : policies) {
            Contender contender = session.contender(named);
            String name = contender.name();
            if (contender.policy().isEmpty()) {
                sources.put(name, Optional.empty());
                continue;
            }
            String plain = Contender.policyOf(name);
            if (session.policies().isByHand(plain)) {
                throw new CellError("%s is written in C, and sweeps are of Java.".formatted(plain))
                        .next("%%bench %s measures it.".formatted("messaging -p " + named));
            }
            sources.put(name, Optional.of(session.policies().source(plain)));
        }
        return sources;
    }

    private void follow(Sweeps.Running running, MagicCall call) throws InterruptedException {
        SweepRun run = running.run();
        try (var live = new LiveDisplay(call.frontend(), () -> SweepView.card(run))) {
            while (!running.ended().isDone()) {
                live.changed();
                try {
                    running.ended().get(SHOW_MS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    // It is under way.
                }
            }
            running.ended().get();
        } catch (InterruptedException e) {
            call.show("The sweep goes on. Run the cell again to see it; %sweep --cancel ends it.");
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause());
        }
        show(run, call);
    }

    private void show(SweepRun run, MagicCall call) {
        var complete = new ArrayList<BenchResult>();
        for (Sweep.Outcome outcome : run.outcomes()) {
            if (outcome.measured().filter(BenchResult::hasFigures).isEmpty()) {
                continue;
            }
            BenchResult measured = outcome.measured().get();
            call.show(BenchView.table(measured));
            call.show(SweepView.plot(run.sweep(), measured));
            if (outcome.missing() == 0) {
                keep(run.sweep(), outcome, measured, call);
                complete.add(measured);
            }
        }
        if (!complete.isEmpty()) {
            session.figures().showNext(complete);
        }
        if (!run.progress().isComplete()) {
            call.show("It was cancelled. Run the cell again to go on with it.");
        } else if (!run.progress().given().isEmpty()) {
            call.show("--retry tries again what was given up.");
        }
    }

    private void keep(Sweep sweep, Sweep.Outcome outcome, BenchResult measured, MagicCall call) {
        TargetChoice where = sweep.target();
        try {
            session.figures().takeIn(where, measured, sources(sweep), outcome.identity());
        } catch (StoreException e) {
            call.show("These figures are not kept. " + e.getMessage() + " " + e.nextStep());
        }
    }

    private static Map<String, Policies.Source> sources(Sweep sweep) {
        var sources = new LinkedHashMap<String, Policies.Source>();
        sweep.variants()
                .forEach(
                        variant ->
                                variant.source()
                                        .ifPresent(
                                                source ->
                                                        sources.put(
                                                                source.hash(),
                                                                new Policies.Source(
                                                                        source, false))));
        return sources;
    }
}
