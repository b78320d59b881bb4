package org.schedbook.magic;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Shell;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to measure: the options that {@code %bench} and {@code %compare} share. */
final class BenchOptions {

    /** A comma between workloads in a list: any other is between parameters of one. */
    static final String BETWEEN_WORKLOADS = ",(?=[a-z-]+(:|,|$))";

    @Option(
            names = {"-n", "--repetitions"},
            paramLabel = "N",
            defaultValue = "10",
            description = "Counted runs of each policy, at most (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(
            names = "--warm-ups",
            paramLabel = "N",
            defaultValue = "1",
            description = "Rounds that are run first and not counted (${DEFAULT-VALUE}).")
    private int warmUps;

    @Option(
            names = "--every-run",
            description = "Make all runs, even if the verdict is clear before.")
    private boolean everyRun;

    @Option(
            names = "--fresh",
            description = "Make each run in a guest of its own, all resumed from the same moment.")
    private boolean fresh;

    @Option(
            names = "--budget",
            paramLabel = "SECONDS",
            defaultValue = "900",
            description = "Start no run of a workload after this time (${DEFAULT-VALUE}).")
    private int budgetSeconds;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Time for one run (${DEFAULT-VALUE}).")
    private int limitSeconds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of the order of the runs and of the resampling (a new one each time).")
    private Long seed;

    @Mixin private TargetOption target;

    /** Has what follows measured where the line asks for it. */
    void choose(Session session, MagicCall call) throws TargetException, InterruptedException {
        target.choose(session, call);
    }

    Plan plan() {
        if (repetitions < 1 || warmUps < 0 || limitSeconds < 1 || budgetSeconds < 1) {
            throw new CellError("Repetitions, budget and limit are 1 or more, warm-ups 0 or more.")
                    .next("Change the line and run it again.");
        }
        Plan chosen = Plan.of(repetitions, Duration.ofSeconds(limitSeconds));
        return new Plan(
                repetitions,
                warmUps,
                seed == null ? chosen.seed() : seed,
                chosen.limit(),
                Optional.of(Duration.ofSeconds(budgetSeconds)),
                !everyRun,
                fresh);
    }

    /** Reads a workload in writing. */
    static Workload workload(String written) {
        return checked(() -> Workloads.parse(written));
    }

    /** Makes a workload of a command of the shell. */
    static Workload command(String command, String unit, String better) {
        return checked(() -> new Shell(command, unit, better));
    }

    private static Workload checked(Supplier<Workload> workload) {
        try {
            return workload.get();
        } catch (IllegalArgumentException e) {
            String message = e.getMessage();
            throw new CellError(
                            Character.toUpperCase(message.charAt(0)) + message.substring(1) + ".")
                    .next("%workloads shows them all with their parameters.");
        }
    }
}
