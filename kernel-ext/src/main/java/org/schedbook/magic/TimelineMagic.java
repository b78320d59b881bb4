package org.schedbook.magic;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.plot.Timeline;
import org.schedbook.session.Session;
import org.schedbook.session.Simulated;
import org.schedbook.target.sim.ChromeTrace;
import org.schedbook.target.sim.SimResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code %timeline}: who ran where and when. */
@Command(
        description = {
            "Draws who ran where and when in the last simulation.",
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
            "  %timeline --perfetto schedule.json"
        })
final class TimelineMagic implements Magic {

    /** More bars than this in one picture, and most are less than a pixel wide. */
    private static final int BARS = 300;

    /** What there is to zoom out to and to move through: some 60 KB in the notebook. */
    private static final int ALL_BARS = 3000;

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
        Simulated simulated = simulated(session);
        SimResult result = result(simulated, policy);
        return perfetto == null ? picture(simulated, result) : export(result);
    }

    /** Returns the picture of the last policy simulated, from the beginning. */
    static Timeline whole(Session session) {
        Simulated simulated = simulated(session);
        return new TimelineMagic(session).picture(simulated, result(simulated, null));
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

    private Timeline picture(Simulated simulated, SimResult result) {
        List<SimResult.Run> runs = result.schedule();
        long begin = from == null ? 0 : SimMachineOptions.time(from);
        long end = to == null ? end(result, runs, begin, BARS) : SimMachineOptions.time(to);
        long last = to == null ? end(result, runs, begin, ALL_BARS) : end;
        if (end <= begin || begin >= result.timeNs()) {
            throw new CellError("There is nothing between those times.")
                    .next(
                            "The simulation is from 0 to %s."
                                    .formatted(milliseconds(result.timeNs())));
        }
        var names = new HashMap<Integer, String>();
        List<Timeline.Bar> bars =
                runs.stream()
                        .filter(run -> run.toNs() > begin && run.fromNs() < last)
                        .map(
                                run ->
                                        new Timeline.Bar(
                                                run.cpu(),
                                                names.computeIfAbsent(
                                                        run.pid(), pid -> name(result, pid)),
                                                run.fromNs(),
                                                run.toNs(),
                                                run.migrated()))
                        .toList();
        String whole =
                begin == 0 && end >= result.timeNs()
                        ? ""
                        : " A part of %s: --from and --to show another."
                                .formatted(milliseconds(result.timeNs()));
        return new Timeline(
                "%s under %s, simulated".formatted(simulated.workload(), nameOf(simulated, result)),
                result.cpus().size(),
                bars,
                begin,
                end,
                last,
                simulated.caption() + whole);
    }

    private static String nameOf(Simulated simulated, SimResult result) {
        return simulated.policies().get(simulated.results().indexOf(result));
    }

    /** Where so many bars end that begin there. */
    private static long end(SimResult result, List<SimResult.Run> runs, long begin, int bars) {
        List<SimResult.Run> shown =
                runs.stream().filter(run -> run.toNs() > begin).limit(bars + 1).toList();
        return shown.size() <= bars
                ? result.timeNs()
                : Math.max(begin + 1, shown.getLast().fromNs());
    }

    private static String milliseconds(long ns) {
        return String.format(Locale.ROOT, "%,.3f ms", ns / 1e6);
    }

    private String export(SimResult result) {
        try (Writer out = Files.newBufferedWriter(perfetto)) {
            ChromeTrace.write(result, out);
            return "%s holds the schedule. Open it at ui.perfetto.dev, or in chrome://tracing."
                    .formatted(perfetto);
        } catch (IOException e) {
            throw new CellError("%s can not be written.".formatted(perfetto))
                    .next("Name a file in a directory that is there and can be written to.");
        }
    }
}
