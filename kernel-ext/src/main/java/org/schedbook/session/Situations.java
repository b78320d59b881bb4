package org.schedbook.session;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.schedbook.bench.BenchResult;
import org.schedbook.policy.Topology;
import org.schedbook.prompt.Situation;
import org.schedbook.target.Attachment;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimMachine;

/** Gathers what a model is told of a notebook. */
public final class Situations {

    public static Situation of(Session session) throws InterruptedException {
        return new Situation(
                machine(session),
                session.figures().result().map(Situations::figures).orElse(List.of()),
                counters(session));
    }

    /** The CPUs of the guest, which are siblings under one cache; none before there is a guest. */
    private static Optional<Topology> machine(Session session) {
        return session.place()
                .running()
                .map(target -> SimMachine.flat(target.machine().cpus()).topology());
    }

    private static List<String> figures(BenchResult result) {
        return result.rows().stream().map(row -> figure(result, row)).toList();
    }

    private static String figure(BenchResult result, BenchResult.Row row) {
        var metric = row.metric();
        String line =
                String.format(
                        Locale.ROOT,
                        "%s, %s (%s is better): %s %.4g %s",
                        result.workload().title(),
                        metric.name(),
                        metric.better().word(),
                        row.contender(),
                        row.summary().median(),
                        metric.unit());
        return row.comparison()
                .map(
                        c ->
                                String.format(
                                        Locale.ROOT,
                                        "%s, %.3f of %s, %s",
                                        line,
                                        c.ratio(),
                                        result.baseline(),
                                        c.words()))
                .orElse(line);
    }

    private static Map<String, Long> counters(Session session) throws InterruptedException {
        Optional<Attachment> attachment = session.place().attachment();
        if (attachment.isEmpty()) {
            return Map.of();
        }
        try {
            return attachment.get().status().counters();
        } catch (TargetException e) {
            // The guest has ended: nothing to tell.
            return Map.of();
        }
    }

    private Situations() {}
}
