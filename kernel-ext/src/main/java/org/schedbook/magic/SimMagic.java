package org.schedbook.magic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.file.ForeignFile;
import org.schedbook.file.ForeignFileException;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Progress;
import org.schedbook.session.Session;
import org.schedbook.session.Simulated;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.RtApp;
import org.schedbook.target.sim.SchedTrace;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimModel;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.sim.SimWorkload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %sim WORKLOAD}: simulates a workload under policies. */
@Command(
        description = {
            "Simulates a workload under some policies, on any number of CPUs.",
            "",
            "The same policy, without a kernel: figures are simulated, the same on every machine,"
                    + " and comparable with each other only. WORKLOAD is messaging, pipe,"
                    + " hackbench, wakeup, cyclictest, mixed or batch as for %bench, or interactive,"
                    + " skewed, a file of rt-app's JSON, or a recording that %record made. %timeline"
                    + " then draws who ran where, and %why explains it.",
        },
        footer = {
            "Examples:",
            "  %sim messaging",
            "  %sim interactive --policies fifo,vtime --cpus 4",
            "  %sim messaging:groups=24,loops=100 --cpus 64 --mode user",
            "  %sim my-load.json --policies mine --topology 2:1:4:2",
            "  %sim load.trace --policies fifo,vtime",
            "  %sim interactive --policies mine --cpus 1 --costs free --tick 1ms --limit 200ms"
        })
final class SimMagic implements Magic {

    /** Workloads of the simulator's own, each small enough to be looked at. */
    private static final String INTERACTIVE = "interactive";

    private static final String SKEWED = "skewed";

    private static final int NR_INTERACTIVE = 6;
    private static final int NR_BATCH = 6;
    private static final long INTERACTIVE_NS = 500_000_000;
    private static final int NR_SKEWED = 20;
    private static final long SHORT_NS = 5_000_000;

    /** How much of a file is looked at to see what it is. */
    private static final int SNIFFED = 512;

    private static final Duration DEADLINE = Duration.ofSeconds(120);

    @Parameters(
            paramLabel = "WORKLOAD",
            completionCandidates = Candidates.SimWorkloads.class,
            description = "What the tasks do.")
    private String workload;

    @Option(
            names = {"-p", "--policies"},
            paramLabel = "NAME",
            completionCandidates = Candidates.Policies.class,
            split = ",",
            defaultValue = "fifo",
            description = "Policies, separated by commas (${DEFAULT-VALUE}).")
    private List<String> policies;

    @Option(names = "--cpus", paramLabel = "N", description = "How many CPUs, by default 8.")
    private Integer cpus;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the times that the workload leaves open (${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--tick",
            paramLabel = "TIME",
            description = "From tick to tick, at which slices end; by default 4ms, as at HZ=250.")
    private String tick;

    @Option(
            names = "--limit",
            paramLabel = "TIME",
            description = "When to end although tasks go on, in simulated time; by default 60s.")
    private String limit;

    @Mixin private SimMachineOptions machineOptions;

    private final Session session;

    SimMagic(Session session) {
        this.session = session;
    }

    @Override
    public Simulated run(MagicCall call) throws TargetException, InterruptedException {
        SimWorkload load = load();
        SimMachine machine = machineOptions.machine(cpus);
        if (tick != null) {
            machine = machine.withTickNs(someTime("--tick", tick));
        }
        SimOptions options =
                limits(machineOptions.options(), load)
                        .withSeed(seed)
                        .withTrace(Simulated.TRACE)
                        .withDeadline(DEADLINE);
        List<CompiledPolicy> compiled = policies.stream().map(session.policies()::named).toList();
        List<SimResult> results;
        try (Progress progress = call.progress("Simulating " + workload, 1)) {
            progress.note(String.join(", ", policies));
            results = SimTarget.simulateAll(compiled, load, machine, options);
            progress.step();
        } catch (IllegalArgumentException e) {
            throw new CellError("This cannot be simulated: " + e.getMessage() + ".")
                    .next("Change the workload or the machine, and run the cell again.");
        }
        var simulated = new Simulated(workload, machine, options, List.copyOf(policies), results);
        session.figures().keep(simulated);
        return simulated;
    }

    private static long someTime(String option, String typed) {
        long ns = SimMachineOptions.time(typed);
        if (ns < 1) {
            throw new CellError("%s is %s and must be more.".formatted(option, typed))
                    .next("Write a number and a unit: 300us, 1.5ms, 2s.");
        }
        return ns;
    }

    /** A workload that says how long it takes is given the time, unless a limit was typed. */
    private SimOptions limits(SimOptions options, SimWorkload load) {
        if (limit != null) {
            return options.withLimitNs(someTime("--limit", limit));
        }
        return load.endNs() == Long.MAX_VALUE
                ? options
                : options.withLimitNs(Math.max(options.limitNs(), load.endNs()));
    }

    private SimWorkload load() {
        return load(workload);
    }

    /** Returns what there is a model of, or what a file says, by what was typed. */
    static SimWorkload load(String workload) {
        return switch (workload) {
            case INTERACTIVE -> SimWorkload.interactive(NR_INTERACTIVE, NR_BATCH, INTERACTIVE_NS);
            case SKEWED -> SimWorkload.skewed(NR_SKEWED, SHORT_NS);
            case String name when isFile(name) -> read(Path.of(name));
            default -> model(BenchOptions.workload(workload));
        };
    }

    private static SimWorkload model(Workload load) {
        return load.model()
                .map(SimModel::workload)
                .orElseThrow(
                        () ->
                                new CellError("The simulator has no model of " + load.name() + ".")
                                        .next("It has models of: " + String.join(", ", names())));
    }

    /** What is no workload's name and looks like a file's, or is one. */
    private static boolean isFile(String name) {
        String workload = name.split(":")[0];
        boolean known = Workloads.all().stream().anyMatch(each -> each.name().equals(workload));
        return !known && (Files.exists(Path.of(name)) || name.contains("/") || name.contains("."));
    }

    private static SimWorkload read(Path file) {
        try {
            return isJson(file) ? RtApp.read(file).workload() : SchedTrace.read(file).workload();
        } catch (FormatException e) {
            throw new CellError("%s, line %d: %s".formatted(file, e.line(), e.reason()))
                    .next("Correct the file and run the cell again.");
        } catch (ForeignFileException e) {
            throw new CellError(e.getMessage() + ".").next("Name a file of a workload.");
        } catch (IOException e) {
            throw new CellError("The file %s cannot be read.".formatted(file))
                    .next("Check its name: it is looked for beside the notebook.");
        }
    }

    /** The name may be anything; no line of a trace begins as an object does. */
    private static boolean isJson(Path file) throws IOException {
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
            return true;
        }
        try (InputStream in = ForeignFile.lines(file, Integer.MAX_VALUE)) {
            String begin = new String(in.readNBytes(SNIFFED), UTF_8).replace("\uFEFF", "").strip();
            return begin.startsWith("{") || begin.startsWith("/*") || begin.startsWith("//");
        }
    }

    /** Returns what there are models of, by name. */
    static List<String> names() {
        return Stream.concat(
                        Workloads.all().stream()
                                .filter(load -> load.model().isPresent())
                                .map(Workload::name),
                        Stream.of(INTERACTIVE, SKEWED))
                .toList();
    }
}
