package org.schedbook.magic;

import java.util.List;
import java.util.stream.Collectors;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Table;
import org.schedbook.measure.Metric;
import picocli.CommandLine.Command;

/** {@code %workloads}: what can be measured. */
@Command(
        description = "Lists the workloads, what each stresses and what it measures.",
        footer = {"Examples:", "  %workloads"})
final class WorkloadsMagic implements Magic {

    @Override
    public Table run(MagicCall call) {
        return new Table(
                "The first metric decides a comparison. Change parameters like this: %bench "
                        + Workloads.write(Workloads.all().getFirst()),
                List.of("workload", "stresses", "measures", "parameters"),
                Workloads.all().stream().map(WorkloadsMagic::row).toList());
    }

    private static List<String> row(Workload workload) {
        return List.of(
                workload.name(),
                workload.stresses(),
                workload.metrics().stream()
                        .map(WorkloadsMagic::metric)
                        .collect(Collectors.joining("; ")),
                Workloads.write(workload).split(":", 2)[1].replace(",", ", "));
    }

    private static String metric(Metric metric) {
        return "%s (%s is better)".formatted(metric.label(), metric.better().word());
    }
}
