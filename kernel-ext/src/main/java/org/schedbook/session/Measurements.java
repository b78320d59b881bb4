package org.schedbook.session;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.schedbook.bench.BenchResult;
import org.schedbook.measure.Better;
import org.schedbook.measure.Metric;
import org.schedbook.store.Measurement;
import org.schedbook.target.Machine;

/** What a benchmark measured, as it is kept. */
final class Measurements {

    static List<Measurement> of(BenchResult result) {
        return of(result, UUID.randomUUID());
    }

    /**
     * @param session that of all of its contenders, and of no other measurement
     */
    static List<Measurement> of(BenchResult result, UUID session) {
        return result.workload().metrics().stream()
                .flatMap(
                        metric ->
                                result.samples(metric).entrySet().stream()
                                        .filter(each -> !each.getValue().isEmpty())
                                        .map(
                                                each ->
                                                        of(
                                                                result,
                                                                session.toString(),
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
