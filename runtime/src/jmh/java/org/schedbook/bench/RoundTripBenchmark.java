package org.schedbook.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.measure.Better;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Durations;
import org.schedbook.measure.Pair;
import org.schedbook.measure.Summary;
import org.schedbook.target.Activity;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.VmTarget;

/**
 * How long a task waits from being enqueued until the decision of user space is carried out, from
 * one look of the BPF backend at the clock to another, under FIFO and messaging load; and beside it
 * the same loop in C on the same backend, by turns in one guest. Rows of JSON: our median over the
 * runs, and how many times the peer's that is. {@code ./schedbook bench round-trip}
 */
public final class RoundTripBenchmark {

    private static final int RUNS = 15;
    private static final int SEED = 1;
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Workload LOAD = Messaging.SMALL;

    /** The loop's thread in the agent's process: faults, minor and major, of proc_pid_stat(5). */
    private static final List<String> FAULTS =
            List.of(
                    "sh",
                    "-c",
                    "for t in /proc/$(pgrep -ox java)/task/*; do"
                            + " [ $(cat $t/comm) = policy-loop ] && cut -d' ' -f10,12 $t/stat; done");

    /** What one run came to. */
    private record Trip(long[] waits, long gcPauses, long faults) {

        double micros(double share) {
            return Durations.percentile(waits, share) / 1e3;
        }
    }

    private final VmTarget guest;
    private final CompiledPolicy fifo;

    private RoundTripBenchmark(VmTarget guest, CompiledPolicy fifo) {
        this.guest = guest;
        this.fifo = fifo;
    }

    /**
     * @param args how many runs of each, by default 15
     */
    public static void main(String[] args) throws Exception {
        int runs = args.length > 0 ? Integer.parseInt(args[0]) : RUNS;
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            new RoundTripBenchmark(
                            guest, new PolicyCompiler().compile(PolicySource.builtIn("fifo").get()))
                    .run(runs);
        }
        System.exit(0);
    }

    private void run(int runs) throws Exception {
        var ours = new Trip[runs];
        var theirs = new Trip[runs];
        var random = new Random(SEED);
        for (int i = -1; i < runs; i++) {
            boolean oursFirst = random.nextBoolean();
            Trip first = oursFirst ? ours() : theirs();
            Trip second = oursFirst ? theirs() : ours();
            if (i >= 0) { // the first round is a trial
                ours[i] = oursFirst ? first : second;
                theirs[i] = oursFirst ? second : first;
            }
        }
        print("roundtrip.p50", ours, theirs, .5);
        print("roundtrip.p99", ours, theirs, .99);
        print("roundtrip.max", ours, theirs, 1);
        print("roundtrip.gc", Arrays.stream(ours).mapToDouble(Trip::gcPauses).toArray());
        print("roundtrip.faults", Arrays.stream(ours).mapToDouble(Trip::faults).toArray());
    }

    private Trip ours() throws TargetException, InterruptedException {
        try (Attachment attachment = guest.attach(fifo)) {
            Activity before = attachment.activity().orElseThrow();
            long faults = faults();
            check(guest.run(LOAD.command(), LIMIT));
            faults = faults() - faults;
            Activity after = attachment.activity().orElseThrow();
            return new Trip(
                    after.decisions().stream().mapToLong(n -> n).toArray(),
                    after.gcPauses() - before.gcPauses(),
                    faults);
        }
    }

    private long faults() throws TargetException, InterruptedException {
        return Arrays.stream(guest.run(FAULTS, LIMIT).output().strip().split(" "))
                .mapToLong(Long::parseLong)
                .sum();
    }

    private Trip theirs() throws Exception {
        check(PeerScheduler.C_LOOP.run(guest, LOAD.command(), LIMIT));
        JsonNode printed = new ObjectMapper().readTree(PeerScheduler.C_LOOP.output(guest));
        long[] waits =
                StreamSupport.stream(printed.path("waits").spliterator(), false)
                        .mapToLong(JsonNode::asLong)
                        .toArray();
        return new Trip(waits, 0, 0);
    }

    private static void check(CommandResult result) {
        if (result.exitCode() != 0) {
            throw new IllegalStateException(LOAD.title() + ": " + result.errors());
        }
    }

    private static void print(String metric, Trip[] ours, Trip[] theirs, double share) {
        double[] our = Arrays.stream(ours).mapToDouble(trip -> trip.micros(share)).toArray();
        double[] their = Arrays.stream(theirs).mapToDouble(trip -> trip.micros(share)).toArray();
        Comparison comparison = Comparison.of(new Pair(Better.LESS, their, our), SEED);
        System.out.printf("%s, c-loop: %.1f us%n", metric, Summary.of(their).median());
        Rounds.print(
                Rounds.row(metric, Summary.of(our).median(), "us"),
                PeerScheduler.C_LOOP.name(),
                comparison,
                our.length);
    }

    private static void print(String metric, double[] counts) {
        Summary summary = Summary.of(counts);
        ObjectNode row = Rounds.row(metric, summary.median(), "count");
        row.putNull("peer");
        row.putNull("ratio");
        row.put("low", summary.min());
        row.put("high", summary.max());
        row.put("n", counts.length);
        System.out.println(row);
    }
}
