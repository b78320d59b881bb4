package org.schedbook.magic;

import java.util.List;
import org.schedbook.bench.BenchResult;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.plot.SamplePlot;
import org.schedbook.plot.Series;
import picocli.CommandLine.Command;

/** {@code %plot}: draws the last figures. */
@Command(
        description = "Draws what %bench measured last: every run as a dot.",
        footer = {"Examples:", "  %plot"})
final class PlotMagic implements Magic {

    private final Session session;

    PlotMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) {
        BenchResult result =
                session.lastResult()
                        .orElseThrow(
                                () ->
                                        new CellError("There are no figures to plot yet.")
                                                .next("Measure some: %bench messaging"));
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
}
