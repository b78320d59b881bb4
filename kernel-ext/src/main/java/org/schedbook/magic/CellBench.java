package org.schedbook.magic;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
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
import org.schedbook.session.Figures;
import org.schedbook.session.Session;
import org.schedbook.session.TargetChoice;
import org.schedbook.store.StoreException;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.view.BenchView;

/** Runs a benchmark in a cell and shows how far it is. */
final class CellBench {

    private final Session session;
    private final MagicCall call;

    CellBench(Session session, MagicCall call) {
        this.session = session;
        this.call = call;
    }

    /** Returns what was measured, which is then the session's last result. */
    BenchResult run(Workload workload, List<Contender> contenders, Plan plan)
            throws BenchException, TargetException, InterruptedException {
        TargetStart.start(session, call);
        if (session.place().attachment().isPresent()) {
            call.show(session.place().attachedName() + " was detached for the measurement.");
        }
        session.place().detach();
        return on(session.place().choice(), session.place().target(), workload, contenders, plan);
    }

    /**
     * Measures on a machine of the caller's.
     *
     * @throws BenchException if a run failed; what came before is kept
     */
    BenchResult on(
            TargetChoice where,
            Target target,
            Workload workload,
            List<Contender> contenders,
            Plan plan)
            throws BenchException, TargetException, InterruptedException {
        int total = (plan.warmUps() + plan.repetitions()) * contenders.size();
        var board = new Board();
        try (Progress progress = call.progress(workload.name(), total);
                LiveDisplay live = new LiveDisplay(call.frontend(), board::picture)) {
            var course = new Course(board, progress, live);
            BenchResult result =
                    session.figures().measure(where, target, workload, contenders, plan, course);
            IntStream.range(result.runs().size() - 1, total).forEach(_ -> progress.step());
            return result;
        } catch (IllegalArgumentException e) {
            throw new CellError("This cannot be measured: " + e.getMessage() + ".")
                    .next("Change the line and run it again.");
        } catch (BenchException | TargetException | InterruptedException | RuntimeException e) {
            board.soFar.filter(BenchResult::hasFigures).ifPresent(call::show);
            throw e;
        }
    }

    /** Shows each run as it begins. */
    private final class Course implements Figures.Observer {

        private final Board board;
        private final Progress progress;
        private final LiveDisplay live;

        Course(Board board, Progress progress, LiveDisplay live) {
            this.board = board;
            this.progress = progress;
            this.live = live;
        }

        @Override
        public void starting(int done, int total, Contender contender, BenchResult soFar) {
            if (done > 0) {
                progress.step();
            }
            boolean warmUp = done < soFar.plan().warmUps() * soFar.contenders().size();
            progress.note(contender.name() + (warmUp ? ", warm-up" : ""));
            board.soFar = Optional.of(soFar);
            live.changed();
        }

        @Override
        public void ended(BenchResult measured) {
            board.soFar = Optional.of(measured);
            board.finished = true;
        }

        @Override
        public void notKept(StoreException e) {
            call.show("These figures are not kept. " + e.getMessage() + " " + e.nextStep());
        }
    }

    /** The figures while they come in; in the end, how they came in. */
    private static final class Board {

        private volatile Optional<BenchResult> soFar = Optional.empty();
        private volatile boolean finished;

        DisplayData picture() {
            if (soFar.isEmpty()) {
                return new DisplayData("Nothing was measured.");
            }
            BenchResult now = soFar.get();
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
