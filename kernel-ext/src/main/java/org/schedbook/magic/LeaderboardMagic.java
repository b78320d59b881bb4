package org.schedbook.magic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.schedbook.bench.Contender;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Table;
import org.schedbook.measure.Better;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Pair;
import org.schedbook.session.Session;
import org.schedbook.store.Measurement;
import org.schedbook.view.BenchView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %leaderboard}: the policies measured here, best first. */
@Command(
        description = {
            "Ranks every policy measured in this directory, workload by workload.",
            "",
            "A policy is compared to what ran by turns with it, and stands here by its latest such"
                    + " comparison. Each machine has a table of its own: a ratio measured on one"
                    + " says nothing of another.",
        },
        footer = {
            "Examples:",
            "  %leaderboard",
            "  %leaderboard messaging",
            "  %leaderboard messaging --against fifo"
        })
final class LeaderboardMagic implements Magic {

    /** The resampling of figures that are already there; any seed will do, but always the same. */
    private static final long SEED = 1;

    @Parameters(
            arity = "0..1",
            paramLabel = "WORKLOAD",
            completionCandidates = Candidates.Workloads.class,
            description = "Only this one; by default all.")
    private String workload;

    @Option(
            names = "--against",
            paramLabel = "POLICY",
            completionCandidates = Candidates.Contenders.class,
            description = "What the others were compared to (${DEFAULT-VALUE}).",
            defaultValue = "eevdf")
    private String against;

    private final Session session;

    LeaderboardMagic(Session session) {
        this.session = session;
    }

    /** Only what was measured in the same way, on the same machine, can be ranked. */
    private record Board(String command, String metric, String unit, String machine) {}

    private record Place(Measurement policy, Comparison comparison) {

        double merit() {
            return policy.lowerIsBetter() ? comparison.ratio() : -comparison.ratio();
        }
    }

    @Override
    public Object run(MagicCall call) {
        if (session.policies().isByHand(against)) {
            against += Contender.IN_KERNEL; // as figures name it
        }
        var boards = new LinkedHashMap<Board, Map<String, Place>>();
        Map<String, List<Measurement>> sessions =
                measurements().stream()
                        .filter(each -> workload == null || each.workload().equals(workload))
                        .collect(
                                Collectors.groupingBy(
                                        each -> each.session() + each.metric(),
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        sessions.values().forEach(each -> enter(each, boards));
        if (boards.isEmpty()) {
            throw new CellError(
                            "Nothing was measured against %s%s in this directory yet."
                                    .formatted(against, workload == null ? "" : " by " + workload))
                    .next("Measure something: %bench messaging --policies fifo");
        }
        boards.forEach((board, places) -> call.show(table(board, places)));
        long machines = boards.keySet().stream().map(Board::machine).distinct().count();
        return machines == 1
                ? null
                : "There are figures of %d machines. They are not ranked together: a ratio measured"
                                .formatted(machines)
                        + " on one says nothing of another.";
    }

    private List<Measurement> measurements() {
        return session.store().measurements();
    }

    /** Enters what ran by turns; a later comparison of the same source takes an earlier's place. */
    private void enter(List<Measurement> turns, Map<Board, Map<String, Place>> boards) {
        Optional<Measurement> base =
                turns.stream().filter(each -> each.policy().equals(against)).findFirst();
        if (base.isEmpty()) {
            return;
        }
        for (Measurement each : turns) {
            if (each.policy().equals(against)) {
                continue;
            }
            var pair =
                    new Pair(
                            each.lowerIsBetter() ? Better.LESS : Better.MORE,
                            array(base.get().samples()),
                            array(each.samples()));
            boards.computeIfAbsent(board(each), _ -> new LinkedHashMap<>())
                    .put(label(each), new Place(each, Comparison.of(pair, SEED)));
        }
    }

    private static double[] array(List<Double> samples) {
        return samples.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Board board(Measurement each) {
        return new Board(
                each.command(),
                each.metric(),
                each.unit(),
                "%s, %s%s, %s%d CPUs%s"
                        .formatted(
                                each.target(),
                                each.accelerator(),
                                each.clock().isEmpty() ? "" : ", clock of " + each.clock(),
                                each.kernel().isEmpty() ? "" : "Linux " + each.kernel() + ", ",
                                each.cpus(),
                                each.memoryMib() == 0 ? "" : ", " + each.memoryMib() + " MiB"));
    }

    private static String label(Measurement each) {
        return each.policy()
                + each.sourceHash()
                        .map(hash -> " (" + hash.substring(0, Math.min(8, hash.length())) + ")")
                        .orElse("");
    }

    private Table table(Board board, Map<String, Place> places) {
        var rows = new ArrayList<List<String>>();
        places.entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> entry.getValue().merit()))
                .forEach(entry -> rows.add(row(rows.size() + 1, entry.getKey(), entry.getValue())));
        return new Table(
                "%s: %s%s; %s"
                        .formatted(
                                board.command(),
                                board.metric(),
                                board.unit().isEmpty() ? "" : " in " + board.unit(),
                                board.machine()),
                List.of(
                        "rank",
                        "policy",
                        "ratio to " + against,
                        "interval",
                        "runs",
                        "verdict",
                        "day"),
                rows);
    }

    private static List<String> row(int rank, String label, Place place) {
        return List.of(
                Integer.toString(rank),
                label,
                BenchView.ratio(place.comparison().ratio()),
                BenchView.interval(place.comparison().interval()),
                Integer.toString(place.policy().samples().size()),
                place.comparison().words(),
                place.policy().time().toString().substring(0, 10));
    }
}
