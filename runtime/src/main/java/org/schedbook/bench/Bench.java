package org.schedbook.bench;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.schedbook.measure.Verdict;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.BackgroundProcess;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.ThrownOut;

/**
 * Runs a workload under several contenders in rounds, each contender once a round in an order drawn
 * anew, so that whatever changes on the machine meanwhile meets all of them alike and none is
 * always first. A run during which the kernel threw the policy out is not counted: it was the
 * kernel's own scheduler that finished it.
 */
public final class Bench {

    /** Is told how far a measurement has come. */
    public interface Progress {

        /** A run is about to start: number {@code done + 1} of at most {@code total}. */
        void starting(int done, int total, Contender contender, BenchResult soFar);
    }

    private final Target target;
    private final Workload workload;
    private final List<Contender> contenders;
    private final Plan plan;
    private final Random random;
    private final Instant started = Instant.now();
    private final List<Run> runs = new ArrayList<>();
    private String ended = "not finished";

    /**
     * @param contenders different ones, the baseline first
     */
    public Bench(Target target, Workload workload, List<Contender> contenders, Plan plan) {
        if (contenders.isEmpty()) {
            throw new IllegalArgumentException("needs a contender at least");
        }
        if (new HashSet<>(contenders.stream().map(Contender::name).toList()).size()
                < contenders.size()) {
            throw new IllegalArgumentException("a contender is named twice");
        }
        this.target = target;
        this.workload = workload;
        this.contenders = List.copyOf(contenders);
        this.plan = plan;
        this.random = new Random(plan.seed());
    }

    /**
     * Runs everything. The target must have no policy attached, and has none afterwards.
     *
     * @throws BenchException if a run failed; has the samples of those before
     */
    public BenchResult run(Progress progress)
            throws BenchException, TargetException, InterruptedException {
        int rounds = plan.warmUps() + plan.repetitions();
        int total = rounds * contenders.size();
        int done = 0;
        for (int round = 0; round < rounds; round++) {
            if (clear(round - plan.warmUps())) {
                return end("the verdict was clear after %d runs of each", round - plan.warmUps());
            }
            for (Contender contender : order()) {
                if (isSpent()) {
                    return end(
                            "the time budget of %d s was spent", plan.budget().get().toSeconds());
                }
                progress.starting(done++, total, contender, soFar());
                runs.add(measure(contender, round));
            }
        }
        return end("all runs are done, %d of each", plan.repetitions());
    }

    private BenchResult end(String why, long number) {
        ended = why.formatted(number);
        return soFar();
    }

    private List<Contender> order() {
        var order = new ArrayList<>(contenders);
        Collections.shuffle(order, random);
        return order;
    }

    private boolean isSpent() {
        return plan.budget()
                .filter(budget -> Instant.now().isAfter(started.plus(budget)))
                .isPresent();
    }

    private boolean clear(int counted) {
        return plan.early()
                && plan.looks().at().contains(counted)
                && contenders.size() > 1
                && soFar().verdicts().values().stream()
                        .allMatch(c -> c.verdict() != Verdict.CANNOT_TELL);
    }

    /** Returns what has been measured up to now. */
    public BenchResult soFar() {
        var hashes = new HashMap<String, String>();
        for (Contender contender : contenders) {
            contender
                    .policy()
                    .ifPresent(policy -> hashes.put(contender.name(), policy.sourceHash()));
        }
        return new BenchResult(
                workload,
                contenders.stream().map(Contender::name).toList(),
                runs,
                hashes,
                target.machine(),
                plan,
                started,
                ended);
    }

    private Run measure(Contender contender, int round)
            throws BenchException, TargetException, InterruptedException {
        if (!plan.fresh()) {
            return measure(contender, round, target);
        }
        try (Target fresh = target.fresh()) {
            return measure(contender, round, fresh);
        }
    }

    private Run measure(Contender contender, int round, Target target)
            throws BenchException, TargetException, InterruptedException {
        Instant now = Instant.now();
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (contender.policy().isEmpty()) {
            CommandResult result = target.run(workload, plan.limit());
            return run(contender, round, now, load, result, Map.of());
        }
        try (Attachment attachment = contender.attach(target, AttachOptions.DEFAULT)) {
            CommandResult result = target.run(workload, plan.limit());
            ExitInfo exit = attachment.detach();
            Map<String, Long> counters = attachment.status().counters();
            if (exit.isError()) {
                throw failure(
                        "%s was thrown out during the run: %s"
                                .formatted(contender.name(), ThrownOut.why(exit)));
            }
            long lost = counters.getOrDefault("nr_unaccounted", 0L);
            if (lost != 0) {
                throw failure(
                        "%d enqueues under %s came to nothing, which is a fault of Schedbook's own."
                                .formatted(lost, contender.name()));
            }
            refuseIdle(contender, counters);
            return run(contender, round, now, load, result, counters);
        }
    }

    /**
     * A policy that was asked and never once said where a task is to go had no part in the figure:
     * its tasks were dispatched with defaults, or without it. One that was not asked, since an idle
     * CPU was found for every task, had: that this is done is part of what it is.
     */
    private void refuseIdle(Contender contender, Map<String, Long> counters) throws BenchException {
        long asked = counters.getOrDefault("nr_enqueued", 0L);
        if (asked > 0 && counters.getOrDefault("nr_decided", 1L) == 0) {
            throw failure(
                    "%s decided nothing in the run: it was asked %,d times where a task is to go, and inserted none."
                            .formatted(contender.name(), asked));
        }
    }

    private Run run(
            Contender contender,
            int round,
            Instant started,
            double load,
            CommandResult result,
            Map<String, Long> counters)
            throws BenchException {
        return new Run(
                contender.name(),
                round,
                started,
                load,
                read(contender, result),
                result.beside().stream().map(BackgroundProcess::toString).toList(),
                counters);
    }

    private Reading read(Contender contender, CommandResult result) throws BenchException {
        if (result.exitCode() != 0) {
            throw failure(
                    "'%s' failed under %s with exit code %d%s"
                            .formatted(
                                    workload.title(),
                                    contender.name(),
                                    result.exitCode(),
                                    after(": ", end(result.errors()))));
        }
        return workload.parse(CommandResult.uncoloured(result.output()))
                .orElseThrow(
                        () ->
                                failure(
                                        "'%s' printed no figures under %s%s"
                                                .formatted(
                                                        workload.title(),
                                                        contender.name(),
                                                        after(
                                                                " but: ",
                                                                end(workload.instead(result))))));
    }

    /** Returns a text with what leads to it; nothing if there is no text. */
    private static String after(String lead, String text) {
        return text.isEmpty() ? "" : lead + text;
    }

    /** The last of what a command wrote, which says most. */
    private static String end(String text) {
        String stripped = CommandResult.shown(text).strip();
        return stripped.length() <= 500
                ? stripped
                : "…" + stripped.substring(stripped.length() - 500);
    }

    private BenchException failure(String message) {
        ended = "a run failed: " + message.replaceFirst("\\.$", ""); // goes on in a sentence
        return new BenchException(message, soFar());
    }
}
