package org.schedbook.magic;

import java.nio.file.Path;
import java.util.List;
import org.schedbook.bench.BenchResult;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.plot.LatencyPlot.Shape;
import org.schedbook.plot.Plot;
import org.schedbook.session.PlotKind;
import org.schedbook.session.Session;
import org.schedbook.view.BenchPlot;
import org.schedbook.view.CounterPlot;
import org.schedbook.view.ImproveBoard;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %plot}: draws the last figures. */
@Command(
        description = {
            "Draws what was measured last, in the way that suits it.",
            "",
            "After %bench every run as a dot (samples), after %compare the ratios with their"
                    + " intervals (ratios), after %top the rates over time (counters), after"
                    + " %improve its rounds (rounds), after %sim who ran where (timeline). Any of"
                    + " them can be asked for by name; of workloads that measure latencies also"
                    + " histogram and percentiles, and pareto of those that measure a latency and"
                    + " a throughput.",
            ""
        },
        footer = {
            "Examples:",
            "  %plot",
            "  %plot ratios",
            "  %plot percentiles --svg latencies.svg"
        })
final class PlotMagic implements Magic {

    @Parameters(
            paramLabel = "KIND",
            completionCandidates = Candidates.Plots.class,
            arity = "0..1",
            description =
                    "samples, ratios, histogram, percentiles, pareto, counters, rounds or"
                            + " timeline.")
    private String kind;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "Write the picture to a file as SVG, too.")
    private Path svg;

    private final Session session;

    PlotMagic(Session session) {
        this.session = session;
    }

    @Override
    public Plot run(MagicCall call) {
        Plot plot = plot(chosen());
        if (svg != null) {
            write(plot, call);
        }
        return plot;
    }

    private PlotKind chosen() {
        if (kind == null) {
            return session.figures().latest().orElseThrow(PlotMagic::nothing);
        }
        return PlotKind.of(kind)
                .orElseThrow(
                        () ->
                                new CellError("There is no plot named '" + kind + "'.")
                                        .next(
                                                "Use one of: "
                                                        + String.join(", ", PlotKind.words())
                                                        + "."));
    }

    private Plot plot(PlotKind chosen) {
        return switch (chosen) {
            case SAMPLES -> BenchPlot.of(result());
            case RATIOS -> BenchPlot.ratios(measured());
            case HISTOGRAM -> BenchPlot.latencies(result(), Shape.HISTOGRAM);
            case PERCENTILES -> BenchPlot.latencies(result(), Shape.PERCENTILES);
            case PARETO -> BenchPlot.pareto(result());
            case COUNTERS ->
                    CounterPlot.of(
                            session.figures()
                                    .watched()
                                    .orElseThrow(
                                            () ->
                                                    new CellError("Nothing has been watched yet.")
                                                            .next(
                                                                    "Watch the attached policy:"
                                                                            + " %top")));
            case ROUNDS ->
                    ImproveBoard.plot(
                            session.figures()
                                    .improved()
                                    .orElseThrow(
                                            () ->
                                                    new CellError("Nothing has been improved yet.")
                                                            .next(
                                                                    "Improve a policy: %improve NAME")));
            case TIMELINE -> TimelineMagic.whole(session);
        };
    }

    private BenchResult result() {
        return session.figures().result().orElseThrow(PlotMagic::nothing);
    }

    private List<BenchResult> measured() {
        List<BenchResult> measured = session.figures().results();
        if (measured.isEmpty()) {
            throw nothing();
        }
        return measured;
    }

    private static CellError nothing() {
        return new CellError("There are no figures to plot yet.")
                .next("Measure some: %bench messaging");
    }

    private void write(Plot plot, MagicCall call) {
        Output.write(svg, plot.svg());
        call.show("%s is written.".formatted(svg));
    }
}
