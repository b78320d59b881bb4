package org.schedbook.magic;

import org.schedbook.bench.BenchResult;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.plot.SamplePlot;
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
    public SamplePlot run(MagicCall call) {
        BenchResult result =
                session.lastResult()
                        .orElseThrow(
                                () ->
                                        new CellError("There are no figures to plot yet.")
                                                .next("Measure some: %bench messaging"));
        return BenchPlot.of(result);
    }
}
