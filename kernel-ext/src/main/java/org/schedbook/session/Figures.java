package org.schedbook.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Suite;
import org.schedbook.bench.Workload;
import org.schedbook.store.Store;
import org.schedbook.store.StoreException;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/** What was measured, watched and simulated in a notebook, and which of it is to be drawn next. */
public final class Figures {

    /** Is told how far a measurement is, and what became of its figures. */
    public interface Observer extends Bench.Progress {

        /** The measurement has ended, as it should or not. */
        default void ended(BenchResult measured) {}

        /** The figures cannot be kept; they are in the result anyway. */
        default void notKept(StoreException why) {
            LOG.log(System.Logger.Level.WARNING, "these figures are not kept", why);
        }
    }

    private static final System.Logger LOG = System.getLogger(Figures.class.getName());

    private final Place place;
    private final Policies policies;
    private final Supplier<Store> store;
    private final List<Measured> measured = new ArrayList<>();
    private final Map<String, Policies.Source> sources = new HashMap<>();
    private final Set<UUID> taken = new HashSet<>();
    private List<BenchResult> latestResults = List.of();
    private Optional<Simulated> simulated = Optional.empty();

    /** The last of each policy since something was simulated, the very last at the end. */
    private final Map<String, Recorded> recordings = new LinkedHashMap<>();

    private Optional<Watched> watched = Optional.empty();
    private Optional<Improved> improved = Optional.empty();
    private Optional<PlotKind> latest = Optional.empty();

    Figures(Place place, Policies policies, Supplier<Store> store) {
        this.place = place;
        this.policies = policies;
        this.store = store;
    }

    /**
     * Measures on the notebook's target, from which whatever is attached is detached first. What
     * has been measured is kept however it ends.
     *
     * @throws BenchException if a run failed; has the figures of those before
     * @throws IllegalArgumentException if the contenders cannot be compared
     */
    public BenchResult measure(
            Workload workload, List<Contender> contenders, Plan plan, Observer observer)
            throws BenchException, TargetException, InterruptedException {
        place.detach();
        return measure(place.choice(), place.target(), workload, contenders, plan, observer);
    }

    /**
     * Measures as {@link #measure(Workload, List, Plan, Observer)} does, on a target of the
     * caller's.
     *
     * @param where what it takes to start such a target
     */
    public BenchResult measure(
            TargetChoice where,
            Target target,
            Workload workload,
            List<Contender> contenders,
            Plan plan,
            Observer observer)
            throws BenchException, TargetException, InterruptedException {
        contenders.forEach(contender -> place.check(contender, where));
        var bench = new Bench(target, workload, contenders, plan);
        try {
            return bench.run(observer);
        } finally {
            BenchResult measured = bench.soFar();
            observer.ended(measured);
            keep(where, measured, observer);
        }
    }

    private void keep(TargetChoice where, BenchResult result, Observer observer) {
        if (!result.hasFigures()) {
            return;
        }
        latestResults = List.of(result);
        latest = Optional.of(PlotKind.SAMPLES);
        measured.add(new Measured(where, result));
        sources.putAll(policies.sources());
        try {
            store.get().measured(Measurements.of(result));
        } catch (StoreException e) {
            observer.notKept(e);
        }
    }

    /**
     * Takes in a measurement that was made elsewhere; to do so again is nothing.
     *
     * @param where what it takes to measure there again
     * @param used the sources by the hashes that figures are attributed to
     * @param identity the same for the same measurement, and for no other
     * @throws StoreException if the figures cannot be kept; they are here anyway
     */
    public void takeIn(
            TargetChoice where,
            BenchResult result,
            Map<String, Policies.Source> used,
            UUID identity) {
        if (taken.add(identity)) {
            measured.add(new Measured(where, result));
            sources.putAll(used);
        }
        store.get().measuredOnce(Measurements.of(result, identity));
    }

    /** Has measurements be what is plotted next. */
    public void showNext(List<BenchResult> results) {
        latestResults = List.copyOf(results);
        latest = Optional.of(PlotKind.SAMPLES);
    }

    /** Makes a comparison over several workloads what is plotted next. */
    public Suite compared(List<BenchResult> results) {
        latestResults = List.copyOf(results);
        latest = Optional.of(PlotKind.RATIOS);
        return new Suite(results);
    }

    /** Returns the last result. */
    public Optional<BenchResult> result() {
        return measured.isEmpty() ? Optional.empty() : Optional.of(measured.getLast().result());
    }

    /** Returns the results of the last measurement, of several if it was of several workloads. */
    public List<BenchResult> results() {
        return latestResults;
    }

    /** Returns all that was measured, in the order in which it was. */
    public List<Measured> measured() {
        return List.copyOf(measured);
    }

    /** Returns the source of that hash, if it was defined when something was measured. */
    public Optional<Policies.Source> source(String hash) {
        return Optional.ofNullable(sources.get(hash));
    }

    public void keep(Simulated simulation) {
        simulated = Optional.of(simulation);
        recordings.clear();
        latest = Optional.of(PlotKind.TIMELINE);
    }

    public Optional<Simulated> simulated() {
        return simulated;
    }

    public void keep(Recorded recording) {
        recordings.remove(recording.policy());
        recordings.put(recording.policy(), recording);
        latest = Optional.of(PlotKind.TIMELINE);
    }

    /** Returns the last recording, if nothing has been simulated since. */
    public Optional<Recorded> recorded() {
        return recordings.values().stream().reduce((_, later) -> later);
    }

    /** Returns the last recording under a policy, if nothing has been simulated since. */
    public Optional<Recorded> recorded(String policy) {
        return Optional.ofNullable(recordings.get(policy));
    }

    public void keep(Watched seen) {
        watched = Optional.of(seen);
        latest = Optional.of(PlotKind.COUNTERS);
    }

    public Optional<Watched> watched() {
        return watched;
    }

    public void keep(Improved rounds) {
        improved = Optional.of(rounds);
        latest = Optional.of(PlotKind.ROUNDS);
    }

    public Optional<Improved> improved() {
        return improved;
    }

    /** Returns what suits what was done last. */
    public Optional<PlotKind> latest() {
        return latest;
    }
}
