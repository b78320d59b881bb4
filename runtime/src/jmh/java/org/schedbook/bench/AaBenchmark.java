package org.schedbook.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hipparchus.distribution.discrete.BinomialDistribution;
import org.schedbook.measure.Verdict;
import org.schedbook.target.vm.VmTarget;

/**
 * Measures the measuring: the kernel's own scheduler against itself, a hundred times, in a real
 * guest. A verdict other than "cannot tell" is wrong, and the level promises that at most 5 % are.
 * The runs may end early, which is where such a promise is easily lost. Prints a row of JSON: the
 * share of wrong verdicts and how many there were; {@code ./schedbook bench aa}. Fails if there are
 * so many that a share of 5 % is ruled out (by chance one time in a hundred).
 */
public final class AaBenchmark {

    private static final int TRIALS = 100;
    private static final int RUNS = 10;
    private static final double LEVEL = .05;
    private static final double RULED_OUT = .99;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /**
     * @param args how many trials, by default 100
     */
    public static void main(String[] args) throws Exception {
        int trials = args.length > 0 ? Integer.parseInt(args[0]) : TRIALS;
        int wrong = 0;
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            for (int trial = 0; trial < trials; trial++) {
                wrong += differ(guest, trial) ? 1 : 0;
                System.out.printf("%d of %d: %d wrong%n", trial + 1, trials, wrong);
            }
        }
        ObjectNode row = new ObjectMapper().createObjectNode();
        row.put("metric", "aa.wrong");
        row.put("value", (double) wrong / trials);
        row.put("unit", "");
        row.putNull("peer");
        row.putNull("ratio");
        row.putNull("low");
        row.putNull("high");
        row.put("n", trials);
        System.out.println(row);
        boolean tooMany =
                new BinomialDistribution(trials, LEVEL).cumulativeProbability(wrong - 1)
                        > RULED_OUT;
        System.exit(tooMany ? 1 : 0);
    }

    private static boolean differ(VmTarget guest, int trial) throws Exception {
        var contenders =
                List.of(
                        new Contender("a", Optional.empty()),
                        new Contender("a-again", Optional.empty()));
        Plan plan = Plan.of(RUNS, LIMIT).withSeed(trial).stoppingEarly();
        BenchResult result =
                new Bench(guest, new Messaging(1, 10), contenders, plan)
                        .run((done, total, contender, soFar) -> {});
        return result.verdicts().get("a-again").verdict() != Verdict.CANNOT_TELL;
    }

    private AaBenchmark() {}
}
