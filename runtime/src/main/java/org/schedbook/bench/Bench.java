package org.schedbook.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/**
 * Runs a workload under several contenders by turns (A B C A B C ...), so that whatever changes on
 * the machine meanwhile meets all of them alike. The first turn warms up and is not counted. A run
 * during which the kernel threw the policy out is not counted either: it was the kernel's own
 * scheduler that finished it.
 */
public final class Bench {

    /** Told how far a measurement is. */
    public interface Progress {

        /** A run is about to start: number {@code done + 1} of {@code total}. */
        void starting(int done, int total, Contender contender, BenchResult soFar);
    }

    private final Target target;
    private final Workload workload;
    private final List<Contender> contenders;
    private final int repetitions;
    private final Duration limit;
    private final Instant started = Instant.now();
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    /**
     * @param contenders different ones, the baseline first
     * @param repetitions samples of each, at least 1
     * @param limit for one run of the workload
     */
    public Bench(
            Target target,
            Workload workload,
            List<Contender> contenders,
            int repetitions,
            Duration limit) {
        if (contenders.isEmpty() || repetitions < 1) {
            throw new IllegalArgumentException("needs a contender and a repetition at least");
        }
        this.target = target;
        this.workload = workload;
        this.contenders = List.copyOf(contenders);
        this.repetitions = repetitions;
        this.limit = limit;
        contenders.forEach(contender -> samples.put(contender.name(), new ArrayList<>()));
        if (samples.size() < contenders.size()) {
            throw new IllegalArgumentException("a contender is named twice");
        }
    }

    /**
     * Runs everything. The target must have no policy attached, and has none afterwards.
     *
     * @throws BenchException if a run failed; has the samples of those before
     */
    public BenchResult run(Progress progress)
            throws BenchException, TargetException, InterruptedException {
        int total = (repetitions + 1) * contenders.size();
        int done = 0;
        for (int turn = 0; turn <= repetitions; turn++) {
            for (Contender contender : contenders) {
                progress.starting(done++, total, contender, soFar());
                double value = measure(contender);
                if (turn > 0) {
                    samples.get(contender.name()).add(value);
                }
            }
        }
        return soFar();
    }

    /** Returns what has been measured up to now. */
    public BenchResult soFar() {
        var hashes = new HashMap<String, String>();
        for (Contender contender : contenders) {
            contender
                    .policy()
                    .ifPresent(policy -> hashes.put(contender.name(), policy.sourceHash()));
        }
        return new BenchResult(workload, samples, hashes, target.machine(), started);
    }

    private double measure(Contender contender)
            throws BenchException, TargetException, InterruptedException {
        if (contender.policy().isEmpty()) {
            return number(contender, target.run(workload.command(), limit));
        }
        try (Attachment attachment = target.attach(contender.policy().get())) {
            CommandResult result = target.run(workload.command(), limit);
            ExitInfo exit = attachment.detach();
            if (exit.isError()) {
                throw failure(
                        "The kernel threw %s out during the run: %s. %s"
                                .formatted(contender.name(), exit.reason(), exit.message()));
            }
            return number(contender, result);
        }
    }

    private double number(Contender contender, CommandResult result) throws BenchException {
        if (result.exitCode() != 0) {
            throw failure(
                    "'%s' failed under %s with exit code %d: %s"
                            .formatted(
                                    workload.commandLine(),
                                    contender.name(),
                                    result.exitCode(),
                                    result.errors().strip()));
        }
        return workload.parse(result.output())
                .orElseThrow(
                        () ->
                                failure(
                                        "'%s' printed no number under %s but: %s"
                                                .formatted(
                                                        workload.commandLine(),
                                                        contender.name(),
                                                        result.output().strip())));
    }

    private BenchException failure(String message) {
        return new BenchException(message, soFar());
    }
}
