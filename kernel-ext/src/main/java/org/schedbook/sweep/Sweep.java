package org.schedbook.sweep;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Run;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.PolicySource;
import org.schedbook.session.SessionException;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.Clock;
import org.schedbook.units.Work;
import org.schedbook.units.Work.Needs;

/**
 * What is to be measured: each variant of the policies under each workload, so many times, on one
 * kind of target; cut into units.
 *
 * @param variants the first is what the others are compared to
 * @param constants the names of the constants that vary or are set
 * @param repetitions of each variant under each workload
 * @param seed of the order of runs, or of the first simulation; the next have the next
 * @param limit for one run
 */
public record Sweep(
        List<Variant> variants,
        List<String> constants,
        List<Workload> workloads,
        TargetChoice target,
        int repetitions,
        long seed,
        Duration limit) {

    /** More would fill a directory, and a person's patience. */
    private static final int MAX_RUNS = 100_000;

    private static final int MAX_VARIANTS = 1000;

    public Sweep {
        variants = List.copyOf(variants);
        constants = List.copyOf(constants);
        workloads = List.copyOf(workloads);
    }

    /**
     * Returns the sweep of all combinations.
     *
     * @param policies by name; empty for the kernel's own scheduler
     * @param values by the names of constants, as they were typed
     * @throws SessionException if something in it does not fit the rest
     */
    public static Sweep of(
            SequencedMap<String, Optional<PolicySource>> policies,
            SequencedMap<String, List<String>> values,
            List<Workload> workloads,
            TargetChoice target,
            int repetitions,
            long seed,
            Duration limit)
            throws InterruptedException {
        if (policies.isEmpty() || workloads.isEmpty()) {
            throw new SessionException(
                    "A sweep is of one policy and one workload at least.",
                    "Name some, such as rr and messaging.");
        }
        long combinations = values.values().stream().mapToLong(List::size).reduce(1, Sweep::times);
        long variants = times(combinations, policies.size());
        long runs = times(times(variants, workloads.size()), repetitions);
        if (repetitions < 1 || variants > MAX_VARIANTS || runs > MAX_RUNS) {
            throw new SessionException(
                    repetitions < 1
                            ? "Each is measured once at least, not %d times.".formatted(repetitions)
                            : "That is more than %,d variants, or %,d runs."
                                    .formatted(MAX_VARIANTS, MAX_RUNS),
                    "Ask for fewer values, workloads or repetitions, one of each at least.");
        }
        checkTarget(policies, workloads, target);
        return new Sweep(
                Variant.of(policies, values),
                List.copyOf(values.keySet()),
                workloads,
                target,
                repetitions,
                seed,
                limit);
    }

    /** Multiplies as far as it matters. */
    private static long times(long a, long b) {
        return Math.min(MAX_RUNS + 1L, a * b);
    }

    private static void checkTarget(
            Map<String, Optional<PolicySource>> policies,
            List<Workload> workloads,
            TargetChoice target) {
        for (String name : policies.keySet()) {
            if (!isEevdf(name) && isEevdf(Contender.policyOf(name))) {
                throw new SessionException(
                        "EEVDF is the kernel's own scheduler, and %s would be no other."
                                .formatted(name),
                        "Write %s.".formatted(Contender.EEVDF.name()));
            }
        }
        if (!target.hasEevdf() && policies.containsValue(Optional.<PolicySource>empty())) {
            throw new SessionException(
                    "The simulator has no model of EEVDF, the kernel's own scheduler.",
                    "Compare policies with each other, or sweep in a guest: --target vm.");
        }
        for (String name : policies.keySet()) {
            if (target instanceof TargetChoice.Sim && name.endsWith(Contender.IN_KERNEL)) {
                throw new SessionException(
                        name + " decides in a kernel, and the simulator has none.",
                        "Name the policy itself, or sweep in a guest: --target vm.");
            }
        }
        for (Workload workload : workloads) {
            if (target instanceof TargetChoice.Sim && workload.model().isEmpty()) {
                throw new SessionException(
                        "The simulator has no model of '%s'.".formatted(workload.name()),
                        "%workloads names those that it has models of; a guest runs any:"
                                + " --target vm.");
            }
        }
    }

    /**
     * Returns whether figures are of the wall clock, which units beside each other would change.
     */
    public boolean isTimedByTheWall() {
        return switch (target) {
            case TargetChoice.Sim _ -> false;
            case TargetChoice.Vm(var shape) -> shape.clock() == Clock.WALL;
            case TargetChoice.Host _ -> true;
        };
    }

    /** Returns what a worker takes of a machine. */
    public Needs needs() {
        if (!(target instanceof TargetChoice.Vm(var shape))) {
            return new Needs(
                    Needs.USUAL.cpus(),
                    Needs.USUAL.memoryMib(),
                    isTimedByTheWall(),
                    target.isThisMachine());
        }
        return new Needs(
                // CPUs that share a clock of instructions take turns.
                isTimedByTheWall() ? shape.cpus() : 1,
                Needs.USUAL.memoryMib() + shape.memoryMib(),
                isTimedByTheWall(),
                false);
    }

    public Work<SweepUnit, SweepResult> work() {
        return new Work<>(SweepUnit.class, SweepResult.class, SweepWorker.jvm(), needs());
    }

    // ---- Into units -----------------------------------------------------------------------

    /** Returns how the runs of all of it are made, as far as units do not say it. */
    Plan plan() {
        return new Plan(
                repetitions,
                isTimedByTheWall() ? 1 : 0,
                seed,
                limit,
                Optional.empty(),
                false,
                target instanceof TargetChoice.Vm && !isTimedByTheWall());
    }

    /**
     * Returns the units by their keys, those first that are wanted first.
     *
     * @throws TargetException if there is no guest image
     */
    SequencedMap<String, SweepUnit> units() throws TargetException {
        Versions versions = Versions.of(target);
        var units = new LinkedHashMap<String, SweepUnit>();
        for (SweepUnit unit : cut(versions)) {
            units.put(unit.key(), unit);
        }
        return units;
    }

    private List<SweepUnit> cut(Versions versions) {
        var units = new ArrayList<SweepUnit>();
        List<SweepUnit.Entrant> all = variants.stream().map(SweepUnit.Entrant::of).toList();
        if (isTimedByTheWall()) {
            workloads.forEach(
                    each -> units.add(new SweepUnit(versions, target, each, all, plan())));
        } else if (target instanceof TargetChoice.Sim) {
            // Each simulation has a seed, so that more repetitions leave those before as they are.
            for (int repetition = 0; repetition < repetitions; repetition++) {
                Plan plan =
                        new Plan(1, 0, seed + repetition, limit, Optional.empty(), false, false);
                each(units, versions, all, plan);
            }
        } else {
            each(units, versions, all, plan());
        }
        return units;
    }

    private void each(
            List<SweepUnit> units, Versions versions, List<SweepUnit.Entrant> all, Plan plan) {
        for (Workload workload : workloads) {
            for (SweepUnit.Entrant entrant : all) {
                units.add(new SweepUnit(versions, target, workload, List.of(entrant), plan));
            }
        }
    }

    // ---- And back -------------------------------------------------------------------------

    /**
     * What came of a workload.
     *
     * @param measured the variants that have figures; empty if none has yet
     * @param failures why variants have none, or fewer, by their labels
     * @param missing how many units are not there yet
     * @param identity the same for the same units, and for no others
     */
    public record Outcome(
            Workload workload,
            Optional<BenchResult> measured,
            SequencedMap<String, String> failures,
            int missing,
            UUID identity) {}

    /** Returns what has come of each workload. */
    List<Outcome> outcomes(
            SequencedMap<String, SweepUnit> units, Map<String, SweepResult> results) {
        var outcomes = new ArrayList<Outcome>();
        for (Workload workload : workloads) {
            var keys =
                    units.entrySet().stream()
                            .filter(each -> each.getValue().workload().equals(workload))
                            .map(Map.Entry::getKey)
                            .toList();
            var those = new LinkedHashMap<SweepUnit, SweepResult>();
            for (String key : keys) {
                if (results.containsKey(key)) {
                    those.put(units.get(key), results.get(key));
                }
            }
            SequencedMap<String, String> failures = failures(workload, those);
            int missing = keys.size() - those.size();
            outcomes.add(
                    new Outcome(
                            workload,
                            merged(workload, those, missing),
                            failures,
                            missing,
                            UUID.nameUUIDFromBytes(
                                    String.join("\n", keys).getBytes(StandardCharsets.UTF_8))));
        }
        return outcomes;
    }

    /** Returns why variants have no figures under a workload, by their labels. */
    static SequencedMap<String, String> failures(
            Workload workload, SequencedMap<SweepUnit, SweepResult> results) {
        var failures = new LinkedHashMap<String, String>();
        results.forEach(
                (unit, result) -> {
                    if (unit.workload().equals(workload)) {
                        failures.putAll(new TreeMap<>(result.failures()));
                    }
                });
        return failures;
    }

    private Optional<BenchResult> merged(
            Workload workload, Map<SweepUnit, SweepResult> results, int missing) {
        var runs = new ArrayList<Run>();
        var hashes = new HashMap<String, String>();
        results.forEach(
                (unit, result) ->
                        result.measured()
                                .ifPresent(
                                        measured -> {
                                            runs.addAll(runs(unit, measured));
                                            hashes.putAll(measured.sourceHashes());
                                        }));
        List<String> contenders =
                variants.stream()
                        .map(Variant::label)
                        .filter(label -> counted(runs).contains(label))
                        .toList();
        if (contenders.isEmpty()) {
            return Optional.empty();
        }
        BenchResult first =
                results.values().stream()
                        .flatMap(each -> each.measured().stream())
                        .findFirst()
                        .orElseThrow();
        return Optional.of(
                new BenchResult(
                        workload,
                        contenders,
                        runs,
                        hashes,
                        first.machine(),
                        plan(),
                        first.started(),
                        missing == 0
                                ? "all runs are done, %d of each".formatted(repetitions)
                                : "units are missing: %d".formatted(missing)));
    }

    private Collection<String> counted(List<Run> runs) {
        return runs.stream()
                .filter(run -> run.round() >= plan().warmUps())
                .map(Run::contender)
                .distinct()
                .toList();
    }

    /** A unit of one simulation knows of no other; the repetition it is shows in its seed. */
    private List<Run> runs(SweepUnit unit, BenchResult measured) {
        if (!(target instanceof TargetChoice.Sim)) {
            return measured.runs();
        }
        int round = Math.toIntExact(unit.plan().seed() - seed);
        return measured.runs().stream()
                .map(
                        run ->
                                new Run(
                                        run.contender(),
                                        round,
                                        run.started(),
                                        run.load(),
                                        run.reading(),
                                        run.beside(),
                                        run.counters()))
                .toList();
    }

    /** Returns what stands above tables: how much of what. */
    public String title() {
        return "%d %s of %s under %s, %d of each"
                .formatted(
                        variants.size(),
                        variants.size() == 1 ? "variant" : "variants",
                        String.join(
                                ", ", variants.stream().map(Variant::policy).distinct().toList()),
                        String.join(", ", workloads.stream().map(Workloads::write).toList()),
                        repetitions);
    }

    static boolean isEevdf(String name) {
        return name.equals(Contender.EEVDF.name());
    }
}
