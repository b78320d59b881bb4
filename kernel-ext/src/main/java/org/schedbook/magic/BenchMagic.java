package org.schedbook.magic;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Messaging;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %bench WORKLOAD}: measures policies against each other. */
@Command(
        description = {
            "Runs a workload under several policies by turns, and says which are better.",
            "",
            "Each policy is compared to the kernel's own scheduler, eevdf; fifo is measured beside"
                    + " them. %workloads lists what can be run. Runs end before their number is"
                    + " reached once the verdict on each policy is clear.",
            ""
        },
        footer = {
            "Examples:",
            "  %bench messaging",
            "  %bench messaging --policies my-fifo -n 20",
            "  %bench wakeup:workers=16 --policies my-fifo",
            "  %bench messaging:groups=1,loops=20 --policies my-fifo --record",
            "  %bench --command 'perf bench -f simple sched pipe -l 1000' --unit s"
        })
final class BenchMagic implements Magic {

    @Parameters(
            paramLabel = "WORKLOAD",
            completionCandidates = Candidates.Workloads.class,
            arity = "0..1",
            description = "What to run, perhaps with parameters: messaging:groups=8,loops=50.")
    private String workload;

    @Option(
            names = {"-p", "--policies"},
            paramLabel = "NAME",
            completionCandidates = Candidates.Contenders.class,
            split = ",",
            defaultValue = "fifo",
            description = "Policies, separated by commas (${DEFAULT-VALUE}).")
    private List<String> policies;

    @Option(
            names = "--only",
            description = "Measure those policies alone; the first is what others are compared to.")
    private boolean only;

    @Option(
            names = {"-g", "--groups"},
            paramLabel = "N",
            description = "Of messaging: groups of 40 threads.")
    private Integer groups;

    @Option(
            names = {"-l", "--loops"},
            paramLabel = "N",
            description = "Of messaging: messages per sender and receiver.")
    private Integer loops;

    @Option(
            names = "--command",
            paramLabel = "CMD",
            description = "Run this in the guest's shell instead; it prints one number.")
    private String command;

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            defaultValue = "",
            description = "Of the number that --command prints.")
    private String unit;

    @Option(
            names = "--better",
            paramLabel = "LESS|MORE",
            completionCandidates = Candidates.Better.class,
            defaultValue = "less",
            description = "Whether less or more of that number is better (${DEFAULT-VALUE}).")
    private String better;

    @Option(
            names = "--record",
            description =
                    "Afterwards run it once more under each and record that for %%timeline NAME; this is"
                            + " no part of the figures.")
    private boolean record;

    @Mixin private BenchOptions options;

    private final Session session;

    BenchMagic(Session session) {
        this.session = session;
    }

    @Override
    public boolean takesCommand(String option) {
        return option.equals("--command");
    }

    @Override
    public BenchResult run(MagicCall call)
            throws BenchException, TargetException, InterruptedException {
        Workload load = load();
        var plan = options.plan();
        options.choose(session, call);
        if (record && session.place().choice() instanceof TargetChoice.Sim) {
            throw new CellError("A simulated machine has no kernel to record.")
                    .next("%%timeline draws what %%sim %s does.".formatted(Workloads.write(load)));
        }
        List<Contender> contenders = contenders(call);
        BenchResult result = new CellBench(session, call).run(load, contenders, plan);
        if (record) {
            record(load, contenders, call);
        }
        return result;
    }

    private void record(Workload load, List<Contender> contenders, MagicCall call)
            throws TargetException, InterruptedException {
        var loads = new ScheduledLoad(session, call);
        for (Contender contender : contenders) {
            loads.record(contender.name(), load);
        }
        call.show(
                "Recorded once more under each, which is no part of the figures: %timeline "
                        + contenders.getLast().name()
                        + (contenders.size() < 2
                                ? ""
                                : " --beside " + contenders.getFirst().name()));
    }

    private Workload load() {
        if (command != null) {
            if (workload != null) {
                throw new CellError(
                                "The line has both a workload, '%s', and a --command."
                                        .formatted(workload))
                        .next(
                                "Give one of them; a command of several words stands in quotes:"
                                        + " --command 'sysbench cpu run'.");
            }
            return BenchOptions.command(command, unit, better);
        }
        if (workload == null) {
            throw new CellError("There is no workload.")
                    .next("%bench messaging is a good one to start with; %workloads lists more.");
        }
        Workload load = BenchOptions.workload(workload);
        if (groups == null && loops == null) {
            return load;
        }
        if (!(load instanceof Messaging messaging)) {
            throw new CellError("--groups and --loops are for messaging.")
                    .next("Write %%bench %s".formatted(Workloads.write(load)));
        }
        return BenchOptions.workload(
                "messaging:groups=%d,loops=%d"
                        .formatted(
                                groups == null ? messaging.groups() : groups,
                                loops == null ? messaging.loops() : loops));
    }

    private List<Contender> contenders(MagicCall call) throws InterruptedException {
        var names = new LinkedHashSet<String>();
        boolean simulated = !session.place().choice().hasEevdf();
        if (!only && simulated) {
            call.show("Simulated, and without eevdf: the simulator has no model of it.");
        } else if (!only) {
            names.add(Contender.EEVDF.name());
        }
        if (!only) {
            names.add("fifo");
        }
        names.addAll(policies);
        var contenders = new ArrayList<Contender>();
        for (String name : names) {
            contenders.add(session.contender(name));
        }
        return contenders;
    }
}
