package org.schedbook.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.HandWritten;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.measure.Better;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Pair;
import org.schedbook.measure.Summary;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.vm.VmTarget;

/**
 * Policies in the kernel beside the same in user space, the same by hand in C, and the kernel's own
 * scheduler, by turns in one guest; and how long it is from a source to a policy that schedules.
 * Rows of JSON: the peer's median by ours, so that a ratio above 1 means that ours is faster.
 * {@code ./schedbook bench in-kernel}
 */
public final class InKernelBenchmark {

    private static final int RUNS = 15;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Workload LOAD = Messaging.SMALL;

    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    private final VmTarget guest;
    private final int runs;

    private InKernelBenchmark(VmTarget guest, int runs) {
        this.guest = guest;
        this.runs = runs;
    }

    /**
     * @param args how many runs of each, by default 15
     */
    public static void main(String[] args) throws Exception {
        int runs = args.length > 0 ? Integer.parseInt(args[0]) : RUNS;
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            var benchmark = new InKernelBenchmark(guest, runs);
            benchmark.messaging();
            benchmark.attach();
            benchmark.compile();
        }
        System.exit(0);
    }

    private static CompiledPolicy compiled(String name) throws Exception {
        return COMPILER.compile(PolicySource.builtIn(name).orElseThrow());
    }

    private static KernelPolicy translated(String name) throws Exception {
        return KernelPolicy.of(PolicySource.builtIn(name).orElseThrow(), compiled(name));
    }

    private static KernelPolicy byHand(String name) throws Exception {
        String text = Files.readString(Path.of("src/jmh/c", name + ".c"));
        HandWritten written = HandWritten.of(new PolicySource("by-hand-" + name, text));
        return written.policy(COMPILER.compile(written.init()));
    }

    // ---- kernel.messaging -------------------------------------------------------------------

    private void messaging() throws Exception {
        var trials = new LinkedHashMap<String, Rounds.Trial>();
        trials.put("eevdf", this::load);
        for (String name : List.of("fifo", "vtime")) {
            KernelPolicy generated = translated(name);
            KernelPolicy hand = byHand(name);
            CompiledPolicy user = compiled(name);
            trials.put(name + "@kernel", () -> under(() -> attach(generated)));
            trials.put(hand.name(), () -> under(() -> attach(hand)));
            trials.put(name, () -> under(() -> guest.attach(user)));
        }
        Map<String, double[]> seconds = Rounds.byTurns(runs, trials);
        for (String name : List.of("fifo", "vtime")) {
            for (String peer : List.of("eevdf", "by-hand-" + name, name)) {
                print(
                        "kernel.messaging." + name,
                        LOAD.headline().unit(),
                        peer,
                        seconds.get(name + "@kernel"),
                        seconds.get(peer));
            }
        }
    }

    private Attachment attach(KernelPolicy policy) throws Exception {
        return guest.attach(policy, AttachOptions.DEFAULT);
    }

    private double under(Callable<Attachment> attaching) throws Exception {
        try (Attachment attachment = attaching.call()) {
            double figure = load();
            if (attachment.detach().isError()) {
                throw new IllegalStateException("the kernel threw it out");
            }
            return figure;
        }
    }

    private double load() throws Exception {
        return Rounds.figure(LOAD, guest.run(LOAD.command(), LIMIT));
    }

    // ---- kernel.attach and kernel.compile -----------------------------------------------------

    /** From a source that was never seen to a policy that schedules. */
    private void attach() throws Exception {
        var number = new int[1];
        var trials = new LinkedHashMap<String, Rounds.Trial>();
        trials.put(
                "kernel",
                () ->
                        seconds(
                                () -> {
                                    PolicySource source = fresh(++number[0]);
                                    return attach(
                                            KernelPolicy.of(source, COMPILER.compile(source)));
                                }));
        trials.put(
                "user space",
                () -> seconds(() -> guest.attach(COMPILER.compile(fresh(++number[0])))));
        Map<String, double[]> seconds = Rounds.byTurns(runs, trials);
        print("kernel.attach", "s", "user space", seconds.get("kernel"), seconds.get("user space"));
    }

    private void compile() throws Exception {
        var number = new int[1];
        Map<String, double[]> seconds =
                Rounds.byTurns(
                        runs,
                        Map.of(
                                "kernel",
                                () -> {
                                    PolicySource source = fresh(++number[0]);
                                    CompiledPolicy policy = COMPILER.compile(source);
                                    long start = System.nanoTime();
                                    KernelPolicy.of(source, policy);
                                    return (System.nanoTime() - start) / 1e9;
                                }));
        ObjectNode row =
                Rounds.row("kernel.compile", Summary.of(seconds.get("kernel")).median(), "s");
        System.out.println(row.put("n", runs));
    }

    private static PolicySource fresh(int number) {
        String text = PolicySource.builtIn("vtime").orElseThrow().text();
        return new PolicySource("vtime", text + "// " + number + "\n");
    }

    private static double seconds(Callable<Attachment> attaching) throws Exception {
        long start = System.nanoTime();
        try (Attachment attachment = attaching.call()) {
            double took = (System.nanoTime() - start) / 1e9;
            attachment.detach();
            return took;
        }
    }

    private static void print(
            String metric, String unit, String peer, double[] ours, double[] theirs) {
        Rounds.print(
                Rounds.row(metric, Summary.of(ours).median(), unit),
                peer,
                Comparison.of(new Pair(Better.LESS, ours, theirs), Rounds.SEED),
                ours.length);
    }
}
