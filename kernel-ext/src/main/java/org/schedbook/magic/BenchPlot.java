package org.schedbook.magic;

import java.util.List;
import org.schedbook.bench.BenchResult;
import org.schedbook.plot.SamplePlot;
import org.schedbook.plot.Series;

/** How a measurement is drawn. */
public final class BenchPlot {

    /**
     * Returns every run of the headline metric as a dot.
     *
     * @throws IllegalArgumentException if nothing was measured
     */
    public static SamplePlot of(BenchResult result) {
        List<Series> series =
                result.samples().entrySet().stream()
                        .filter(entry -> !entry.getValue().isEmpty())
                        .map(
                                entry ->
                                        new Series(
                                                entry.getKey(),
                                                entry.getValue().stream()
                                                        .mapToDouble(Double::doubleValue)
                                                        .toArray()))
                        .toList();
        return new SamplePlot(
                result.workload().title(),
                result.workload().headline().name(),
                result.workload().headline().unit(),
                series,
                BenchView.caption(result));
    }

    private BenchPlot() {}
}
