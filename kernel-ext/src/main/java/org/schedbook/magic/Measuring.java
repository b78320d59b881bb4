package org.schedbook.magic;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Workload;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.LiveDisplay;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Progress;
import org.schedbook.jupyter.Table;
import org.schedbook.measure.Summary;
import org.schedbook.session.Measurements;
import org.schedbook.session.Session;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.view.BenchView;
import org.schedbook.view.Errors;

/** Runs a benchmark in a cell: shows how far it is, and keeps what it measured, come what may. */
final class Measuring {

    private final Session session;
    private final MagicCall call;

    Measuring(Session session, MagicCall call) {
        this.session = session;
        this.call = call;
    }

    /** Returns what was measured, which is then the session's last result. */
    BenchResult run(Workload workload, List<Contender> contenders, Plan plan)
            throws InterruptedException {
        try {
            Guest.start(session, call);
            if (session.detach().isPresent()) {
                call.show(session.attachedName() + " was detached for the measurement.");
            }
            return measure(bench(workload, contenders, plan));
        } catch (TargetException e) {
            throw Errors.of(e);
        }
    }

    private Bench bench(Workload workload, List<Contender> contenders, Plan plan)
            throws TargetException, InterruptedException {
        try {
            return new Bench(session.target(), workload, contenders, plan);
        } catch (IllegalArgumentException e) {
            throw new CellError("This can not be measured: " + e.getMessage() + ".")
                    .next("Change the line and run it again.");
        }
    }

    /**
     * Measures on a machine of the caller's.
     *
     * @throws BenchException if a run failed; what came before is kept
     */
    BenchResult on(Target target, Workload workload, List<Contender> contenders, Plan plan)
            throws BenchException, TargetException, InterruptedException {
        return course(new Bench(target, workload, contenders, plan));
    }

    private BenchResult measure(Bench bench) throws TargetException, InterruptedException {
        try {
            return course(bench);
        } catch (BenchException e) {
            throw new CellError(e.getMessage())
                    .next(
                            e.soFar().rows().isEmpty()
                                    ? "Correct what it says and run the cell again."
                                    : "What was measured before is kept: %plot shows it.");
        }
    }

    private BenchResult course(Bench bench)
            throws BenchException, TargetException, InterruptedException {
        BenchResult first = bench.soFar();
        int size = first.contenders().size();
        int total = (first.plan().warmUps() + first.plan().repetitions()) * size;
        var board = new Board(first);
        try (Progress progress = call.progress(first.workload().name(), total);
                LiveDisplay live = new LiveDisplay(call.frontend(), board::picture)) {
            BenchResult result =
                    bench.run(
                            (done, _, contender, soFar) -> {
                                if (done > 0) {
                                    progress.step();
                                }
                                boolean warmUp = done < soFar.plan().warmUps() * size;
                                progress.note(contender.name() + (warmUp ? ", warm-up" : ""));
                                board.soFar = soFar;
                                live.changed();
                            });
            IntStream.range(result.runs().size() - 1, total).forEach(_ -> progress.step());
            board.soFar = result;
            board.finished = true;
            keep(result);
            return result;
        } catch (BenchException | TargetException | InterruptedException | RuntimeException e) {
            board.finished = true;
            show(bench.soFar());
            throw e;
        }
    }

    private void show(BenchResult soFar) {
        if (!soFar.rows().isEmpty()) {
            keep(soFar);
            call.show(soFar);
        }
    }

    private void keep(BenchResult result) {
        session.lastResult(result);
        Measurements.keep(result, session, call);
    }

    /** The figures while they come in; in the end, how they came in. */
    private static final class Board {

        private volatile BenchResult soFar;
        private volatile boolean finished;

        Board(BenchResult first) {
            soFar = first;
        }

        DisplayData picture() {
            BenchResult now = soFar;
            return finished ? new DisplayData(BenchView.course(now)) : table(now).bundle();
        }

        private static Table table(BenchResult now) {
            return new Table(
                    "so far, " + now.workload().headline().label(),
                    List.of("policy", "median", "min", "max", "runs"),
                    now.samples().entrySet().stream()
                            .map(each -> row(each.getKey(), each.getValue()))
                            .toList());
        }

        private static List<String> row(String contender, List<Double> samples) {
            if (samples.isEmpty()) {
                return List.of(contender, "", "", "", "0");
            }
            Summary summary =
                    Summary.of(samples.stream().mapToDouble(Double::doubleValue).toArray());
            return List.of(
                    contender,
                    BenchView.number(summary.median()),
                    BenchView.number(summary.min()),
                    BenchView.number(summary.max()),
                    String.format(Locale.ROOT, "%d", summary.n()));
        }
    }
}
