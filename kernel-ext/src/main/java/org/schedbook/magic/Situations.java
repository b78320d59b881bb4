package org.schedbook.magic;

import java.util.ArrayList;
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
final class Situations {

    static Situation of(Session session) throws InterruptedException {
        return new Situation(
                machine(session),
                session.lastResult().map(Situations::figures).orElse(List.of()),
                counters(session));
    }

    /** The CPUs of the guest, which are siblings under one cache; none before there is a guest. */
    private static Optional<Topology> machine(Session session) {
        return session.runningTarget()
                .map(target -> SimMachine.flat(target.machine().cpus()).topology());
    }

    private static List<String> figures(BenchResult result) {
        var lines = new ArrayList<String>();
        var workload = result.workload();
        for (BenchResult.Row row : result.rows()) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%s, %s (%s is better): %s %.4g %s, %.3f of %s",
                            workload.commandLine(),
                            workload.metric(),
                            workload.lowerIsBetter() ? "less" : "more",
                            row.contender(),
                            row.summary().median(),
                            workload.unit(),
                            row.ratio(),
                            result.baseline()));
        }
        return lines;
    }

    private static Map<String, Long> counters(Session session) throws InterruptedException {
        Optional<Attachment> attachment = session.attachment();
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
