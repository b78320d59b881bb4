package org.schedbook.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Pair;
import org.schedbook.measure.Summary;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.VmTarget;

/**
 * Our FIFO beside the kernel's own scheduler, the same loop in C, and scx_rlfifo where it could be
 * built, by turns in one guest, as rows of JSON: the peer's median by ours, so that a ratio above 1
 * means that ours is faster; low and high are the ends of its interval. {@code ./schedbook bench
 * peers}
 */
public final class PeersBenchmark {

    private static final int RUNS = 15;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final VmTarget guest;
    private final CompiledPolicy fifo;
    private final List<PeerScheduler> peers = new ArrayList<>();

    private PeersBenchmark(VmTarget guest, CompiledPolicy fifo)
            throws TargetException, InterruptedException {
        this.guest = guest;
        this.fifo = fifo;
        for (PeerScheduler peer : List.of(PeerScheduler.C_LOOP, PeerScheduler.RLFIFO)) {
            if (peer.isIn(guest)) {
                peers.add(peer);
            } else {
                System.out.println(peer.name() + " is not in the guest, and not measured");
            }
        }
    }

    /**
     * @param args how many runs of each workload under each scheduler, by default 15
     */
    public static void main(String[] args) throws Exception {
        int runs = args.length > 0 ? Integer.parseInt(args[0]) : RUNS;
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            var benchmark =
                    new PeersBenchmark(
                            guest,
                            new PolicyCompiler().compile(PolicySource.builtIn("fifo").get()));
            benchmark.measure("messaging.fifo", Messaging.SMALL, runs);
            benchmark.measure("wakeup.p99", Wakeup.SMALL, runs);
        }
        System.exit(0);
    }

    private void measure(String metric, Workload workload, int runs) throws Exception {
        var names = new ArrayList<String>(List.of(fifo.name(), Contender.EEVDF.name()));
        peers.forEach(peer -> names.add(peer.name()));
        var trials = new LinkedHashMap<String, Rounds.Trial>();
        for (String name : names) {
            trials.put(name, () -> Rounds.figure(workload, run(name, workload)));
        }
        Map<String, double[]> samples = Rounds.byTurns(runs, trials);
        double[] ours = samples.get(fifo.name());
        for (String name : names.subList(1, names.size())) {
            Rounds.print(
                    Rounds.row(metric, Summary.of(ours).median(), workload.headline().unit()),
                    name,
                    Comparison.of(
                            new Pair(workload.headline().better(), ours, samples.get(name)),
                            Rounds.SEED),
                    runs);
        }
    }

    private CommandResult run(String name, Workload workload)
            throws TargetException, InterruptedException {
        if (name.equals(Contender.EEVDF.name())) {
            return guest.run(workload.command(), LIMIT);
        }
        for (PeerScheduler peer : peers) {
            if (peer.name().equals(name)) {
                return peer.run(guest, workload.command(), LIMIT);
            }
        }
        try (Attachment attachment = guest.attach(fifo)) {
            CommandResult result = guest.run(workload.command(), LIMIT);
            if (attachment.detach().isError()) {
                throw new IllegalStateException("the kernel threw " + name + " out");
            }
            return result;
        }
    }
}
