package org.schedbook.magic;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.schedbook.bench.Contender;
import org.schedbook.file.ForeignFileException;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.plot.Timeline;
import org.schedbook.schedule.ChromeTrace;
import org.schedbook.schedule.Schedule;
import org.schedbook.session.Recorded;
import org.schedbook.session.Session;
import org.schedbook.session.Simulated;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.SchedTrace;
import org.schedbook.target.sim.SimResult;
import org.schedbook.view.ScheduleChart;
import org.schedbook.view.ScheduleChart.Labelled;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %timeline}: who ran where and when. */
@Command(
        description = {
            "Draws who ran where and when: in the last simulation or recording, or under a policy now.",
            "",
            "Each CPU is a row, each task a colour; where there is no bar the CPU is idle, and a"
                    + " black notch says that the task came from another CPU. In JupyterLab the"
                    + " wheel, the mouse and two fields zoom and move, and pointing at a bar tells"
                    + " its times. --from and --to show a part. With a policy and a WORKLOAD, the"
                    + " target runs that: simulated, or recorded in the guest, where eevdf is the"
                    + " kernel's own scheduler. --perfetto writes a file that ui.perfetto.dev"
                    + " opens.",
        },
        footer = {
            "Examples:",
            "  %timeline",
            "  %timeline --policy vtime --from 10ms --to 30ms",
            "  %timeline --perfetto schedule.json",
            "  %timeline load.trace",
            "  %timeline mine messaging:groups=1,loops=20 --tasks",
            "  %timeline eevdf messaging:groups=1,loops=20 --beside mine",
            "  %timeline mine mixed:seconds=2 --beside sim --cpu-time"
        })
final class TimelineMagic implements Magic {

    /** What {@code --beside} takes for where the same policy is to run. */
    private static final Set<String> SAME_POLICY = Set.of("sim", "vm");

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "WHAT",
            description =
                    "A recording, or a policy; by default what was simulated or recorded last.")
    private String what;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "WORKLOAD",
            completionCandidates = Candidates.Workloads.class,
            description = "What the target is to run now, under that policy; short.")
    private String workload;

    @Option(
            names = "--beside",
            paramLabel = "WHAT",
            description =
                    "Draw this below, on one time axis: a policy or a recording; with a WORKLOAD"
                            + " also sim or vm, for the same policy there.")
    private String beside;

    @Option(
            names = "--tasks",
            description =
                    "A row for each task, too: a thin line while it waits, in the colour of the DSQ"
                            + " that it is in, where that is known.")
    private boolean tasks;

    @Option(names = "--wakes", description = "Arrows from who wakes to who is woken.")
    private boolean wakes;

    @Option(
            names = "--whole",
            description = "All of it, put together where bars would be too many to be seen.")
    private boolean whole;

    @Option(
            names = "--cpu-time",
            description =
                    "Instead, the CPU time of tasks over time, beside what would be their part.")
    private boolean cpuTime;

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            completionCandidates = Candidates.SimulatedPolicies.class,
            description = "Of those simulated; by default the last.")
    private String policy;

    @Option(names = "--from", paramLabel = "TIME", description = "Where to begin, such as 1.5ms.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Where to end.")
    private String to;

    @Option(
            names = "--perfetto",
            paramLabel = "FILE",
            description = "Write the schedule to a file for Perfetto instead.")
    private Path perfetto;

    private final Session session;

    TimelineMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        var loads = new ScheduledLoad(session, call);
        requireSense();
        if (beside != null) {
            lookBeside(loads);
        }
        Shown first = workload == null ? shown(what, true) : made(loads.run(what, workload));
        if (perfetto != null) {
            return export(first.schedule());
        }
        if (beside == null) {
            return picture(first, List.of(new Labelled("", first.schedule())));
        }
        Shown second = second(loads);
        String[] labels = labels(first, second);
        return picture(
                new Shown(
                        above(first.title(), second.title()),
                        first.schedule(),
                        first.caption().equals(second.caption())
                                ? first.caption()
                                : first.caption() + " Below: " + second.caption(),
                        first.policy()),
                List.of(
                        new Labelled(labels[0], first.schedule()),
                        new Labelled(labels[1], second.schedule())));
    }

    /** Throws of options that would be passed over. */
    private void requireSense() {
        if (perfetto != null && beside != null) {
            throw new CellError("--perfetto writes one schedule, and --beside names a second.")
                    .next("Write each to a file of its own.");
        }
        if (policy != null && (what != null || workload != null)) {
            throw new CellError(
                            "--policy chooses from the last simulation, and %s is named, too."
                                    .formatted(what))
                    .next("Leave --policy out, or the name.");
        }
    }

    /** Throws before anything runs if there will be nothing to draw beside it. */
    private void lookBeside(ScheduledLoad loads) throws InterruptedException {
        boolean samePolicy = SAME_POLICY.contains(beside);
        if (workload == null) {
            if (samePolicy
                    && !isSimulated(beside)
                    && session.figures().recorded(beside).isEmpty()) {
                throw new CellError("--beside %s needs a WORKLOAD to run there.".formatted(beside))
                        .next(
                                "For example: %%timeline %s messaging:groups=1,loops=20 --beside %s"
                                        .formatted(what == null ? "fifo" : what, beside));
            }
        } else if (!samePolicy) {
            loads.look(beside, workload);
        } else if (beside.equals("vm") && session.place().choice() instanceof TargetChoice.Sim) {
            throw new CellError(
                            "The target is a simulated machine, and there is no guest beside it.")
                    .next(
                            ("Choose the guest, and draw the simulation beside it: %%target vm,"
                                            + " then %%timeline %s %s --beside sim")
                                    .formatted(what, workload));
        }
    }

    private Shown second(ScheduledLoad loads) throws TargetException, InterruptedException {
        if (workload == null) {
            return shown(beside, false);
        }
        return made(
                switch (beside) {
                    case "sim" -> loads.simulate(what, workload);
                    case "vm" -> loads.record(what, workload);
                    default -> loads.run(beside, workload);
                });
    }

    /** Says once what both titles begin and end with. */
    static String above(String first, String second) {
        int least = Math.min(first.length(), second.length());
        int before = 0;
        while (before < least && first.charAt(before) == second.charAt(before)) {
            before++;
        }
        before = first.lastIndexOf(' ', before - 1) + 1;
        int behind = 0;
        while (behind < least - before
                && first.charAt(first.length() - 1 - behind)
                        == second.charAt(second.length() - 1 - behind)) {
            behind++;
        }
        while (behind > 0 && ", ".indexOf(first.charAt(first.length() - behind)) < 0) {
            behind--;
        }
        return first.equals(second)
                ? first + ", twice"
                : first.substring(0, first.length() - behind)
                        + ", above "
                        + second.substring(before);
    }

    /** The policies, where they differ, else where the two come from, else which comes first. */
    private static String[] labels(Shown first, Shown second) {
        if (!first.policy().equals(second.policy())) {
            return new String[] {first.policy(), second.policy()};
        }
        return from(first).equals(from(second))
                ? new String[] {"first", "second"}
                : new String[] {from(first), from(second)};
    }

    private static String from(Shown shown) {
        return shown.schedule().source().split(" ")[0];
    }

    private static Shown made(ScheduledLoad.Made made) {
        return new Shown(made.title(), made.schedule(), made.caption(), made.policy());
    }

    /** Returns the picture of what came last, from the beginning. */
    static Timeline whole(Session session) {
        Shown shown = new TimelineMagic(session).shown(null, true);
        return ScheduleChart.of(new Labelled("", shown.schedule()))
                .timeline(shown.title(), shown.caption());
    }

    /** Whether the last simulation was of that policy, among others. */
    private boolean isSimulated(String policy) {
        return session.figures()
                .simulated()
                .map(last -> last.policies().contains(policy))
                .orElse(false);
    }

    /** A schedule with the words that stand above and below it, and whose it is. */
    private record Shown(String title, Schedule schedule, String caption, String policy) {}

    /**
     * @param name a recording, or a policy of the last simulation; null for what was last
     * @param latest whether a file that is read is the latest recording from then on
     */
    private Shown shown(String name, boolean latest) {
        Optional<Recorded> recorded =
                name == null ? session.figures().recorded() : session.figures().recorded(name);
        if (recorded.isPresent() && policy == null) {
            return recorded(recorded.get());
        }
        if (name != null && !isSimulated(name)) {
            Recorded read = read(name);
            if (latest) {
                session.figures().keep(read);
            }
            return recorded(read);
        }
        Simulated simulated = simulated(session);
        SimResult result = result(simulated, name == null ? policy : name);
        String of = nameOf(simulated, result);
        return new Shown(
                "%s under %s, simulated".formatted(simulated.workload(), of),
                result.schedule(),
                simulated.caption(),
                of);
    }

    private static Shown recorded(Recorded recorded) {
        return new Shown(
                "%s, %s".formatted(recorded.title(), recorded.schedule().source()),
                recorded.schedule(),
                recorded.caption(),
                recorded.policy());
    }

    private Recorded read(String file) {
        requireNoPolicy(file);
        try {
            SchedTrace trace = SchedTrace.readWithGaps(Path.of(file));
            // Its name says if its end is cut off; where it lies, the person has said.
            String title = Path.of(file).resolveSibling(trace.name()).toString();
            return new Recorded(title, "", trace.schedule("recorded in a kernel"));
        } catch (FormatException e) {
            throw new CellError("%s, line %d: %s.".formatted(file, e.line(), e.reason()))
                    .next("Correct the file and run the cell again.");
        } catch (ForeignFileException e) {
            throw new CellError(e.getMessage() + ".").next("Name a recording of the kernel's.");
        } catch (IOException | InvalidPathException e) {
            throw new CellError("The file %s cannot be read.".formatted(file))
                    .next(
                            "Check its name: it is looked for beside the notebook. A policy takes a"
                                    + " WORKLOAD: %timeline fifo messaging:groups=1,loops=20");
        }
    }

    /** A policy may be there without a schedule of it. */
    private void requireNoPolicy(String name) {
        boolean known =
                name.equals(Contender.EEVDF.name())
                        || session.policies().names().contains(Contender.policyOf(name));
        if (known && Files.notExists(Path.of(name))) {
            throw new CellError("There is no schedule of %s.".formatted(name))
                    .next(
                            "Name a WORKLOAD to run now: %%timeline %s messaging:groups=1,loops=20"
                                    .formatted(name));
        }
    }

    /** Returns the last simulation. */
    static Simulated simulated(Session session) {
        return session.figures()
                .simulated()
                .orElseThrow(
                        () ->
                                new CellError("Nothing has been simulated yet.")
                                        .next("Simulate something: %sim messaging"));
    }

    /** Returns what came of a policy, the last one if the name is null. */
    static SimResult result(Simulated simulated, String policy) {
        SimResult result = simulated.of(policy);
        if (result == null) {
            throw new CellError("The last simulation was not of " + policy + ".")
                    .next("It was of: " + String.join(", ", simulated.policies()) + ".");
        }
        if (result.trace().size() == 0) {
            throw new CellError("That simulation has no events to show.")
                    .next("%sim says how it ended.");
        }
        return result;
    }

    /** Returns how a task is called: its name and its number. */
    static String name(SimResult result, int pid) {
        return result.tasks().stream()
                .filter(task -> task.pid() == pid)
                .map(task -> task.comm() + " " + pid)
                .findFirst()
                .orElse("policy " + pid);
    }

    private Object picture(Shown shown, List<Labelled> of) {
        var chart =
                new ScheduleChart(
                        of,
                        from == null ? 0 : SimMachineOptions.time(from),
                        Optional.ofNullable(to).map(SimMachineOptions::time),
                        whole,
                        tasks,
                        wakes);
        if (of.stream().anyMatch(each -> each.schedule().runs().isEmpty())) {
            throw new CellError("Nothing ran in that schedule.")
                    .next("Record or simulate something that does, for example: %sim messaging");
        }
        try {
            return cpuTime
                    ? chart.cpuTime(shown.title(), shown.caption())
                    : chart.timeline(shown.title(), shown.caption());
        } catch (IllegalArgumentException e) {
            throw new CellError("There is nothing between those times.")
                    .next("The schedule is from 0 to %s.".formatted(milliseconds(chart.endNs())));
        }
    }

    private static String nameOf(Simulated simulated, SimResult result) {
        return simulated.policies().get(simulated.results().indexOf(result));
    }

    private static String milliseconds(long ns) {
        return String.format(Locale.ROOT, "%,.3f ms", ns / 1e6);
    }

    private String export(Schedule schedule) {
        Output.write(perfetto, (Writer out) -> ChromeTrace.write(schedule, out));
        return "%s holds the schedule. Open it at ui.perfetto.dev, or in chrome://tracing."
                .formatted(perfetto);
    }
}
