package org.schedbook.magic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Messaging;
import org.schedbook.bench.Workload;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Progress;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %bench WORKLOAD}: measures policies against each other. */
@Command(
        description = {
            "Runs a workload under several policies by turns, and compares them.",
            "",
            "The workload is 'messaging': perf bench -f simple sched messaging -t. The first of the"
                    + " policies is what the others are compared to; eevdf is the kernel's own"
                    + " scheduler. One warm-up turn is not counted.",
            ""
        },
        footer = {
            "Examples:",
            "  %bench messaging",
            "  %bench messaging --policies eevdf,fifo,my-fifo -n 9"
        })
final class BenchMagic implements Magic {

    @Parameters(paramLabel = "WORKLOAD", description = "What to run: messaging.")
    private String workload;

    @Option(
            names = {"-p", "--policies"},
            paramLabel = "NAME",
            split = ",",
            defaultValue = "eevdf,fifo",
            description = "Policies, separated by commas (${DEFAULT-VALUE}).")
    private List<String> policies;

    @Option(
            names = {"-g", "--groups"},
            paramLabel = "N",
            defaultValue = "4",
            description = "Groups of 40 threads (${DEFAULT-VALUE}).")
    private int groups;

    @Option(
            names = {"-l", "--loops"},
            paramLabel = "N",
            defaultValue = "100",
            description = "Messages per sender and receiver (${DEFAULT-VALUE}).")
    private int loops;

    @Option(
            names = {"-n", "--repetitions"},
            paramLabel = "N",
            defaultValue = "5",
            description = "Counted runs of each policy (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Time for one run (${DEFAULT-VALUE}).")
    private int limitSeconds;

    private final Session session;

    BenchMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        Workload load = load();
        List<Contender> contenders = contenders();
        try {
            Guest.start(session, call);
            if (session.detach().isPresent()) {
                call.show(session.attachedName() + " was detached for the measurement.");
            }
            return measure(call, load, contenders);
        } catch (TargetException e) {
            throw Errors.of(e);
        }
    }

    private BenchResult measure(MagicCall call, Workload load, List<Contender> contenders)
            throws TargetException, InterruptedException {
        Bench bench;
        try {
            bench =
                    new Bench(
                            session.target(),
                            load,
                            contenders,
                            repetitions,
                            Duration.ofSeconds(limitSeconds));
        } catch (IllegalArgumentException e) {
            throw new CellError(e.getMessage() + ".").next("Change the line and run it again.");
        }
        int total = (repetitions + 1) * contenders.size();
        try (Progress progress = call.progress(load.commandLine(), total)) {
            BenchResult result =
                    bench.run(
                            (done, _, contender, _) -> {
                                if (done > 0) {
                                    progress.step();
                                }
                                progress.note(
                                        contender.name()
                                                + (done < contenders.size() ? ", warm-up" : ""));
                            });
            progress.step();
            session.lastResult(result);
            Measurements.keep(result, session, call);
            return result;
        } catch (BenchException e) {
            keep(e.soFar(), call);
            throw new CellError(e.getMessage())
                    .next("What was measured before is kept: %plot shows it.");
        } catch (TargetException | InterruptedException | RuntimeException e) {
            keep(bench.soFar(), call);
            throw e;
        }
    }

    private void keep(BenchResult soFar, MagicCall call) {
        if (!soFar.rows().isEmpty()) {
            session.lastResult(soFar);
            Measurements.keep(soFar, session, call);
            call.show(soFar);
        }
    }

    private Workload load() {
        if (!workload.equals(Messaging.NAME)) {
            throw new CellError("There is no workload named '" + workload + "'.")
                    .next("Use " + Messaging.NAME + ".");
        }
        if (groups < 1 || loops < 1 || repetitions < 1 || limitSeconds < 1) {
            throw new CellError("Groups, loops, repetitions and limit are 1 or more.")
                    .next("Change the line and run it again.");
        }
        return new Messaging(groups, loops);
    }

    private List<Contender> contenders() {
        var contenders = new ArrayList<Contender>();
        for (String name : policies) {
            contenders.add(
                    name.equals(Contender.EEVDF.name())
                            ? Contender.EEVDF
                            : Contender.of(session.policy(name)));
        }
        return contenders;
    }

    @Override
    public List<String> candidates(String label) {
        if (label.equals("--policies")) {
            var names = session.policyNames();
            names.add(Contender.EEVDF.name());
            return List.copyOf(names);
        }
        return label.equals("WORKLOAD") ? List.of(Messaging.NAME) : List.of();
    }
}
