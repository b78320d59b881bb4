package org.schedbook.view;

import java.util.List;
import org.schedbook.bench.Workload;
import org.schedbook.plot.LineagePlot;
import org.schedbook.session.Improved;
import org.schedbook.store.Round;

/** The rounds of an improvement up to now, and how they are drawn. */
public final class ImproveBoard {

    private final Workload workload;
    private volatile List<Round> rounds = List.of();

    public ImproveBoard(Workload workload) {
        this.workload = workload;
    }

    public void rounds(List<Round> rounds) {
        this.rounds = List.copyOf(rounds);
    }

    /** Returns the rounds up to now. */
    public Improved improved() {
        return new Improved(workload, rounds);
    }

    /** Returns how rounds are drawn. */
    public static LineagePlot plot(Improved improved) {
        Workload workload = improved.workload();
        var metric = workload.headline();
        return new LineagePlot(
                "Rounds of an improvement",
                "%s, to the start's".formatted(metric.name()),
                improved.rounds().stream().map(ImproveBoard::step).toList(),
                "%s, %s is better. Dots were kept, crosses reverted; bars are the intervals of a"
                                .formatted(workload.title(), metric.better().word())
                        + " round compared to the one it changes.");
    }

    private static LineagePlot.Step step(Round round) {
        return new LineagePlot.Step(
                round.number(),
                round.parent(),
                round.outcome().orElse("interrupted"),
                round.detail(),
                round.ratio().orElse(Double.NaN),
                round.low().orElse(Double.NaN),
                round.high().orElse(Double.NaN),
                round.isKept());
    }
}
