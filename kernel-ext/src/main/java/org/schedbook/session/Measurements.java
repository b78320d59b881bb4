package org.schedbook.session;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.schedbook.bench.BenchResult;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.measure.Better;
import org.schedbook.measure.Metric;
import org.schedbook.store.Measurement;
import org.schedbook.store.StoreException;
import org.schedbook.target.Machine;

/** Keeps what a benchmark measured. */
public final class Measurements {

    /**
     * Keeps a result, or says in the cell why that was not possible: it is on the screen anyway.
     */
    public static void keep(BenchResult result, Session session, MagicCall call) {
        try {
            session.store().measured(of(result));
        } catch (StoreException e) {
            call.show("These figures are not kept. " + e.getMessage() + " " + e.nextStep());
        }
    }

    public static List<Measurement> of(BenchResult result) {
        String session = UUID.randomUUID().toString();
        return result.workload().metrics().stream()
                .flatMap(
                        metric ->
                                result.samples(metric).entrySet().stream()
                                        .filter(each -> !each.getValue().isEmpty())
                                        .map(
                                                each ->
                                                        of(
                                                                result,
                                                                session,
                                                                metric,
                                                                each.getKey(),
                                                                each.getValue())))
                .toList();
    }

    private static Measurement of(
            BenchResult result,
            String session,
            Metric metric,
            String contender,
            List<Double> samples) {
        var workload = result.workload();
        var machine = result.machine();
        return new Measurement(
                session,
                result.started(),
                contender,
                Optional.ofNullable(result.sourceHashes().get(contender)),
                contender.equals(result.baseline()),
                workload.name(),
                workload.commandLine(),
                metric.name(),
                metric.unit(),
                metric.better() == Better.LESS,
                samples,
                machine.target(),
                machine.accelerator(),
                machine.clock().equals(Machine.WALL_CLOCK) ? "" : machine.clock(),
                machine.kernel(),
                machine.cpus(),
                machine.memoryMib(),
                machine.java());
    }

    private Measurements() {}
}
