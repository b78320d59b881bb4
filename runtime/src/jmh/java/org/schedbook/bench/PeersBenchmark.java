package org.schedbook.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Pair;
import org.schedbook.measure.Summary;
import org.schedbook.target.vm.VmTarget;

/**
 * Our FIFO beside the kernel's own scheduler, by turns in one guest, as rows of JSON: the peer's
 * median by ours, so that a ratio above 1 means that ours is faster; low and high are the ends of
 * its interval. {@code ./schedbook bench peers}
 */
public final class PeersBenchmark {

    private static final int RUNS = 15;
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration BUDGET = Duration.ofMinutes(4);

    /**
     * @param args how many runs of each workload under each scheduler, by default 15
     */
    public static void main(String[] args) throws Exception {
        int runs = args.length > 0 ? Integer.parseInt(args[0]) : RUNS;
        CompiledPolicy fifo = new PolicyCompiler().compile(PolicySource.builtIn("fifo").get());
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            measure(guest, fifo, "messaging.fifo", Messaging.SMALL, runs);
            measure(guest, fifo, "wakeup.p99", Wakeup.SMALL, runs);
        }
        System.exit(0);
    }

    private static void measure(
            VmTarget guest, CompiledPolicy fifo, String metric, Workload workload, int runs)
            throws Exception {
        Plan plan = Plan.of(runs, LIMIT).withBudget(BUDGET);
        List<Contender> contenders = List.of(Contender.EEVDF, Contender.of(fifo));
        BenchResult result =
                new Bench(guest, workload, contenders, plan)
                        .run((done, total, contender, soFar) -> {});
        double[] ours = samples(result, fifo.name());
        double[] eevdf = samples(result, Contender.EEVDF.name());
        Comparison comparison =
                Comparison.of(new Pair(workload.headline().better(), ours, eevdf), plan.seed());
        ObjectNode row = new ObjectMapper().createObjectNode();
        row.put("metric", metric);
        row.put("value", Summary.of(ours).median());
        row.put("unit", workload.headline().unit());
        row.put("peer", Contender.EEVDF.name());
        row.put("ratio", comparison.ratio());
        row.put("low", comparison.interval().low());
        row.put("high", comparison.interval().high());
        row.put("n", ours.length);
        System.out.println(row);
    }

    private static double[] samples(BenchResult result, String contender) {
        return result.samples().get(contender).stream().mapToDouble(d -> d).toArray();
    }

    private PeersBenchmark() {}
}
