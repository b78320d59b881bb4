package org.schedbook.bench;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.schedbook.measure.Looks;

/**
 * How a measurement is made.
 *
 * @param repetitions counted runs of each contender at most, 1 or more
 * @param warmUps rounds that are run and not counted, 0 or more
 * @param seed of the order of the runs and of the resampling
 * @param limit for one run of the workload
 * @param budget for all runs, after which no other is started
 * @param early whether to stop at the first of the {@link Looks} at which every candidate's verdict
 *     on the headline metric is clear
 * @param fresh whether each run is made on a machine of its own ({@link
 *     org.schedbook.target.Target#fresh}), all of them in the same state
 */
public record Plan(
        int repetitions,
        int warmUps,
        long seed,
        Duration limit,
        Optional<Duration> budget,
        boolean early,
        boolean fresh) {

    public Plan {
        Parameters.atLeast(1, "repetitions", repetitions);
        Parameters.atLeast(0, "warmUps", warmUps);
    }

    /** One warm-up, to the end, no budget, the order of any day. */
    public static Plan of(int repetitions, Duration limit) {
        // 32 bits, which a person can copy and JSON readers of all kinds keep.
        long seed = RandomGenerator.getDefault().nextInt(Integer.MAX_VALUE);
        return new Plan(repetitions, 1, seed, limit, Optional.empty(), false, false);
    }

    public Plan withSeed(long value) {
        return new Plan(repetitions, warmUps, value, limit, budget, early, fresh);
    }

    public Plan withBudget(Duration value) {
        return new Plan(repetitions, warmUps, seed, limit, Optional.of(value), early, fresh);
    }

    public Plan stoppingEarly() {
        return new Plan(repetitions, warmUps, seed, limit, budget, true, fresh);
    }

    /** Has each run begin on a machine of its own, all in the same state. */
    public Plan onFreshMachines() {
        return new Plan(repetitions, warmUps, seed, limit, budget, early, true);
    }

    /** Returns when the figures are judged. */
    public Looks looks() {
        return early ? Looks.during(repetitions) : Looks.afterwards(repetitions);
    }
}
