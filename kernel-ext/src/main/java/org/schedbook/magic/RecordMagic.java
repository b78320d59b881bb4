package org.schedbook.magic;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Workload;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Place;
import org.schedbook.session.Recorded;
import org.schedbook.session.Session;
import org.schedbook.target.Machine;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.SchedRecorder;
import org.schedbook.target.sim.SchedTrace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %record FILE WORKLOAD}: keeps what a kernel's scheduler did with a workload. */
@Command(
        description = {
            "Runs a workload in the guest and writes down who ran, slept, and woke whom.",
            "",
            "%timeline then draws it, and %why explains it."
                    + " Under the policy that is attached, or the kernel's own scheduler. FILE is in the text"
                    + " form of the kernel's tracefs. %sim FILE then has the same tasks do the same"
                    + " under any policy, on any number of CPUs.",
        },
        footer = {
            "Examples:",
            "  %record load.trace messaging:groups=1,loops=20",
            "  %sim load.trace --policies fifo,vtime --cpus 2"
        })
final class RecordMagic implements Magic {

    /** How the name of a recording ends. */
    static final String SUFFIX = ".trace";

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            description = "When to kill the workload, by default after ${DEFAULT-VALUE} s.",
            defaultValue = "60")
    private int limit;

    @Parameters(index = "0", paramLabel = "FILE", description = "Where to write, NAME.trace.")
    private Path file;

    @Parameters(
            index = "1",
            paramLabel = "WORKLOAD",
            completionCandidates = Candidates.Workloads.class,
            description = "What to run, as for %%bench; short, for some 50,000 events are kept.")
    private String workload;

    private final Session session;

    RecordMagic(Session session) {
        this.session = session;
    }

    /** Where that was recorded, for captions. */
    static String where(Session session) throws TargetException, InterruptedException {
        Machine machine = session.place().target().machine();
        return "recorded %s, Linux %s, under %s"
                .formatted(
                        machine.target().equals("vm") ? "in the guest" : "on this machine",
                        machine.kernel(),
                        scheduler(session.place()));
    }

    /** What schedules there now. */
    static String scheduler(Place place) {
        return place.attachment().isPresent() ? place.attachedName() : Contender.EEVDF.name();
    }

    @Override
    public String run(MagicCall call) throws TargetException, InterruptedException {
        if (!file.toString().endsWith(SUFFIX)) {
            throw new CellError(
                            "The name of a recording ends in .trace, and '" + file + "' does not.")
                    .next("Write %record " + file + SUFFIX + " " + workload);
        }
        if (limit < 1) {
            throw new CellError("--limit is %d and must be 1 or more.".formatted(limit))
                    .next("Give the workload some time, or leave --limit out.");
        }
        Workload load = BenchOptions.workload(workload);
        try {
            TargetStart.start(session, call);
            String text =
                    SchedRecorder.record(
                            session.place().target(), load.command(), Duration.ofSeconds(limit));
            Output.write(file, text);
            SchedTrace trace = SchedTrace.readWithGaps(file.toString(), new StringReader(text));
            session.figures()
                    .keep(
                            new Recorded(
                                    load.title(),
                                    scheduler(session.place()),
                                    trace.schedule(where(session))));
            String gaps =
                    trace.gaps().isEmpty()
                            ? ""
                            : " Some are missing, and %%sim cannot use it: %s."
                                    .formatted(trace.gaps().getFirst().reason());
            return "%,d events of %s are in %s. %%timeline draws them.%s"
                    .formatted(trace.events().size(), load.title(), file, gaps);
        } catch (FormatException e) {
            // It is kept: what cannot be replayed can be read, by a person or another program.
            throw new CellError(
                            "The recording is in %s, and %%sim cannot use it: line %d: %s."
                                    .formatted(file, e.line(), e.reason()))
                    .next("Look at that line of the file, or record something shorter.");
        } catch (IOException e) {
            throw new AssertionError("a text is read", e);
        }
    }
}
