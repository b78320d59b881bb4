package org.schedbook.magic;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.plot.Timeline;
import org.schedbook.schedule.ChromeTrace;
import org.schedbook.schedule.Schedule;
import org.schedbook.session.Recorded;
import org.schedbook.session.Session;
import org.schedbook.session.Simulated;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.SchedTrace;
import org.schedbook.target.sim.SimResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %timeline}: who ran where and when. */
@Command(
        description = {
            "Draws who ran where and when in the last simulation or recording.",
            "",
            "Each CPU is a row, each task a colour; where there is no bar the CPU is idle, and a"
                    + " black notch says that the task came from another CPU. In JupyterLab the"
                    + " wheel, the mouse and two fields zoom and move, and pointing at a bar tells"
                    + " its times. --from and --to show a part. --perfetto writes a file that"
                    + " ui.perfetto.dev opens.",
        },
        footer = {
            "Examples:",
            "  %timeline",
            "  %timeline --policy vtime --from 10ms --to 30ms",
            "  %timeline --perfetto schedule.json",
            "  %timeline load.trace"
        })
final class TimelineMagic implements Magic {

    /** More bars than this in one picture, and most are less than a pixel wide. */
    private static final int BARS = 300;

    /** What there is to zoom out to and to move through: some 60 KB in the notebook. */
    private static final int ALL_BARS = 3000;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "A recording; by default what was simulated or recorded last.")
    private Path file;

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
    public Object run(MagicCall call) {
        Shown shown = shown();
        return perfetto == null ? picture(shown) : export(shown.schedule());
    }

    /** Returns the picture of what came last, from the beginning. */
    static Timeline whole(Session session) {
        var magic = new TimelineMagic(session);
        return magic.picture(magic.shown());
    }

    /** A schedule with the words that stand above and below it. */
    private record Shown(String title, Schedule schedule, String caption) {}

    private Shown shown() {
        if (file != null) {
            return recorded(read(file));
        }
        Optional<Recorded> recorded = session.figures().recorded();
        if (recorded.isPresent() && policy == null) {
            return recorded(recorded.get());
        }
        Simulated simulated = simulated(session);
        SimResult result = result(simulated, policy);
        return new Shown(
                "%s under %s, simulated".formatted(simulated.workload(), nameOf(simulated, result)),
                result.schedule(),
                simulated.caption());
    }

    private static Shown recorded(Recorded recorded) {
        Schedule schedule = recorded.schedule();
        String gaps =
                schedule.gaps().isEmpty()
                        ? ""
                        : " Some of it is missing: " + String.join("; ", schedule.gaps()) + ".";
        String source = schedule.source();
        return new Shown(
                "%s, %s".formatted(recorded.title(), source),
                schedule,
                "%s%s.%s"
                        .formatted(
                                source.substring(0, 1).toUpperCase(Locale.ROOT),
                                source.substring(1),
                                gaps));
    }

    private static Recorded read(Path file) {
        try {
            SchedTrace trace = SchedTrace.readWithGaps(file);
            return new Recorded(file.toString(), trace.schedule("recorded in a kernel"));
        } catch (FormatException e) {
            throw new CellError("%s, line %d: %s.".formatted(file, e.line(), e.reason()))
                    .next("Correct the file and run the cell again.");
        } catch (IOException e) {
            throw new CellError("The file %s cannot be read.".formatted(file))
                    .next("Check its name: it is looked for beside the notebook.");
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

    private Timeline picture(Shown shown) {
        Schedule schedule = shown.schedule();
        long begin = from == null ? 0 : SimMachineOptions.time(from);
        long end = to == null ? end(schedule, begin, BARS) : SimMachineOptions.time(to);
        long last = to == null ? end(schedule, begin, ALL_BARS) : end;
        if (end <= begin || begin >= schedule.endNs()) {
            throw new CellError("There is nothing between those times.")
                    .next(
                            "The schedule is from 0 to %s."
                                    .formatted(milliseconds(schedule.endNs())));
        }
        List<Timeline.Bar> bars =
                schedule.runs().stream()
                        .filter(run -> run.toNs() > begin && run.fromNs() < last)
                        .map(
                                run ->
                                        new Timeline.Bar(
                                                run.cpu(),
                                                schedule.name(run.pid()),
                                                run.fromNs(),
                                                run.toNs(),
                                                run.moved()))
                        .toList();
        String part =
                begin == 0 && end >= schedule.endNs()
                        ? ""
                        : " A part of %s: --from and --to show another."
                                .formatted(milliseconds(schedule.endNs()));
        return new Timeline(
                shown.title(), schedule.nrCpus(), bars, begin, end, last, shown.caption() + part);
    }

    private static String nameOf(Simulated simulated, SimResult result) {
        return simulated.policies().get(simulated.results().indexOf(result));
    }

    /** Returns where so many bars end, counted from a beginning. */
    private static long end(Schedule schedule, long begin, int bars) {
        List<Schedule.Run> shown =
                schedule.runs().stream().filter(run -> run.toNs() > begin).limit(bars + 1).toList();
        return shown.size() <= bars
                ? schedule.endNs()
                : Math.max(begin + 1, shown.getLast().fromNs());
    }

    private static String milliseconds(long ns) {
        return String.format(Locale.ROOT, "%,.3f ms", ns / 1e6);
    }

    private String export(Schedule schedule) {
        try (Writer out = Files.newBufferedWriter(perfetto)) {
            ChromeTrace.write(schedule, out);
            return "%s holds the schedule. Open it at ui.perfetto.dev, or in chrome://tracing."
                    .formatted(perfetto);
        } catch (IOException e) {
            throw new CellError("%s cannot be written.".formatted(perfetto))
                    .next("Name a file in a directory that is there and can be written to.");
        }
    }
}
