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
import org.schedbook.target.CommandResult;
import org.schedbook.target.vm.GuestShape;
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

    /** Of metrics that are taken by both clocks: which it was. */
    private final String clock;

    private InKernelBenchmark(VmTarget guest, int runs, String clock) {
        this.guest = guest;
        this.runs = runs;
        this.clock = clock;
    }

    /**
     * @param args how many runs of each, by default 15; with {@code instructions} behind it, only
     *     what is taken by that clock, which a busy machine does not disturb
     */
    public static void main(String[] args) throws Exception {
        int runs = args.length > 0 ? Integer.parseInt(args[0]) : RUNS;
        if (args.length < 2) {
            byTheWallClock(runs);
        }
        try (VmTarget guest = VmTarget.boot(GuestShape.EXACT)) {
            System.out.println(guest.machine().caption());
            var benchmark = new InKernelBenchmark(guest, runs, ".instructions");
            benchmark.enqueue();
            benchmark.messaging();
            benchmark.wakeup();
        }
        System.exit(0);
    }

    private static void byTheWallClock(int runs) throws Exception {
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            var benchmark = new InKernelBenchmark(guest, runs, "");
            benchmark.messaging();
            benchmark.wakeup();
            benchmark.attach();
            benchmark.compile();
        }
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
                        "kernel.messaging." + name + clock,
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
        return under(attaching, this::load);
    }

    private static double under(Callable<Attachment> attaching, Rounds.Trial trial)
            throws Exception {
        try (Attachment attachment = attaching.call()) {
            double figure = trial.run();
            if (attachment.detach().isError()) {
                throw new IllegalStateException("the kernel threw it out");
            }
            return figure;
        }
    }

    private double load() throws Exception {
        return run(LOAD);
    }

    private double run(Workload workload) throws Exception {
        return Rounds.figure(workload, guest.run(workload.command(), LIMIT));
    }

    // ---- kernel.wakeup.p99 --------------------------------------------------------------------

    /** FIFO beside the same loop in C in user space, where that could be built, and EEVDF. */
    private void wakeup() throws Exception {
        Workload wakeup = Wakeup.SMALL;
        KernelPolicy fifo = translated("fifo");
        var trials = new LinkedHashMap<String, Rounds.Trial>();
        trials.put("fifo@kernel", () -> under(() -> attach(fifo), () -> run(wakeup)));
        trials.put("eevdf", () -> run(wakeup));
        PeerScheduler loop = PeerScheduler.C_LOOP;
        if (loop.isIn(guest)) {
            trials.put(
                    loop.name(),
                    () -> Rounds.figure(wakeup, loop.run(guest, wakeup.command(), LIMIT)));
        } else {
            System.out.println(loop.name() + " is not in the guest, and not measured");
        }
        Map<String, double[]> figures = Rounds.byTurns(runs, trials);
        for (String peer : figures.keySet().stream().skip(1).toList()) {
            print(
                    "kernel.wakeup.p99" + clock,
                    wakeup.headline().unit(),
                    peer,
                    figures.get("fifo@kernel"),
                    figures.get(peer));
        }
    }

    // ---- kernel.enqueue -----------------------------------------------------------------------

    /**
     * Prints what the kernel has counted for the program of {@code enqueue}: the nanoseconds it
     * took, and how often it ran. Its descriptor is the agent's, and its name is among the symbols.
     */
    private static final String STATS =
            """
            tag=$(sed -n 's/.* bpf_prog_\\([0-9a-f]*\\)_sb_enqueue.*/\\1/p' /proc/kallsyms | head -n 1)
            info=$(grep -ls "prog_tag:.*$tag" /proc/[0-9]*/fdinfo/* | head -n 1)
            sed -n 's/^run_time_ns:[[:space:]]*//p; s/^run_cnt:[[:space:]]*//p' $info
            """;

    private static final String COUNTING = "/proc/sys/kernel/bpf_stats_enabled";

    /** What one {@code enqueue} takes, as the kernel counts it; the counting is in it. */
    private void enqueue() throws Exception {
        shell("echo 1 > " + COUNTING);
        for (String name : List.of("fifo", "vtime")) {
            KernelPolicy generated = translated(name);
            KernelPolicy hand = byHand(name);
            var trials = new LinkedHashMap<String, Rounds.Trial>();
            trials.put("generated", () -> under(() -> attach(generated), this::enqueueNs));
            trials.put(hand.name(), () -> under(() -> attach(hand), this::enqueueNs));
            Map<String, double[]> ns = Rounds.byTurns(runs, trials);
            print(
                    "kernel.enqueue." + name,
                    "ns",
                    hand.name(),
                    ns.get("generated"),
                    ns.get(hand.name()));
        }
        shell("echo 0 > " + COUNTING);
    }

    private double enqueueNs() throws Exception {
        load();
        String[] counted = shell(STATS).split("\\s+");
        double times = Double.parseDouble(counted[1]);
        if (counted.length != 2 || times < 100) {
            throw new IllegalStateException("hardly anything was counted: " + List.of(counted));
        }
        return Double.parseDouble(counted[0]) / times;
    }

    private String shell(String script) throws Exception {
        CommandResult result = guest.run(List.of("sh", "-c", script), LIMIT);
        if (result.exitCode() != 0) {
            throw new IllegalStateException(script + result.errors());
        }
        return result.output().strip();
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
