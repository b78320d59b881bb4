package org.schedbook.magic;

import java.util.ArrayList;
import java.util.List;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Suite;
import org.schedbook.bench.Workload;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %compare A B}: whether B is better than A, on several workloads. */
@Command(
        description = {
            "Says whether policy B is better than policy A, on what, and by how much.",
            "",
            "Only the two are measured, by turns; eevdf, the kernel's own scheduler, is a policy"
                    + " here. Each workload's figures are judged together.",
            ""
        },
        footer = {
            "Examples:",
            "  %compare eevdf my-fifo",
            "  %compare fifo vtime --on messaging,wakeup,batch -n 15"
        })
final class CompareMagic implements Magic {

    @Parameters(
            index = "0",
            paramLabel = "POLICY",
            completionCandidates = Candidates.Contenders.class,
            description = "A: what is compared to.")
    private String a;

    @Parameters(
            index = "1",
            paramLabel = "POLICY",
            completionCandidates = Candidates.Contenders.class,
            description = "B: what is compared.")
    private String b;

    @Option(
            names = "--on",
            paramLabel = "WORKLOAD",
            split = BenchOptions.BETWEEN_WORKLOADS,
            splitSynopsisLabel = ",",
            completionCandidates = Candidates.Workloads.class,
            defaultValue = "messaging,wakeup,batch",
            description = "Workloads, separated by commas (${DEFAULT-VALUE}).")
    private List<String> workloads;

    @Mixin private BenchOptions options;

    private final Session session;

    CompareMagic(Session session) {
        this.session = session;
    }

    @Override
    public Suite run(MagicCall call) throws BenchException, TargetException, InterruptedException {
        if (a.equals(b)) {
            throw new CellError("That is the same policy twice.")
                    .next(
                            "Name two, of: "
                                    + String.join(", ", session.policies().contenders())
                                    + ".");
        }
        List<Workload> loads = workloads.stream().map(BenchOptions::workload).toList();
        List<Contender> contenders = List.of(session.contender(a), session.contender(b));
        var plan = options.plan();
        options.choose(session, call);
        var results = new ArrayList<BenchResult>();
        for (Workload load : loads) {
            results.add(new CellBench(session, call).run(load, contenders, plan));
        }
        return session.figures().compared(results);
    }
}
