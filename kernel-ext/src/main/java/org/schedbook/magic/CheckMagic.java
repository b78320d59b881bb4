package org.schedbook.magic;

import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.bench.Contender;
import org.schedbook.check.CheckFailed;
import org.schedbook.check.Exercise;
import org.schedbook.check.GuestExercise;
import org.schedbook.check.Holding;
import org.schedbook.check.Judgement.Verdict;
import org.schedbook.check.OwnPromises;
import org.schedbook.check.Promise;
import org.schedbook.check.Ran;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.course.Lab;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Progress;
import org.schedbook.jupyter.Renderable;
import org.schedbook.jupyter.Table;
import org.schedbook.schedule.Schedule;
import org.schedbook.session.Place;
import org.schedbook.session.Session;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;
import org.schedbook.target.ThrownOut;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.SchedRecorder;
import org.schedbook.target.sim.SchedTrace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %check NAME [PROMISE...]}: holds a policy to promises. */
@Command(
        description = {
            "Holds a policy to promises, or runs the public tests of a lab.",
            "",
            "Both on loads as textbooks have them. Scheduling costs nothing there, and slices end at ticks of 1 ms. PROMISE is"
                    + " no-wait-over TIME, shares-by-weight PERCENT, fair-by-process PERCENT,"
                    + " runs-in-turn, stays-on-cpu or work-conserving TIME; the amount may be left out. A load that does not put"
                    + " a promise to the test says so. The cell fails if a promise that was named"
                    + " is broken, or if no load puts it to the test. Without PROMISE all are"
                    + " looked at, and the cell fails if the policy breaks one that its own source"
                    + " makes, in a comment such as // Promises: work-conserving, no-wait-over"
                    + " 200ms. With --target vm the guest's kernel schedules two loads of"
                    + " hogs and sleepers under the policy, or under eevdf, and what it recorded is"
                    + " held to those promises that it can tell of. With the name of a lab, and"
                    + " perhaps those of its parts, the policies and answers of this notebook are"
                    + " tested.",
        },
        footer = {
            "Examples:",
            "  %check mine",
            "  %check vtime shares-by-weight 3%",
            "  %check mine no-wait-over 100ms work-conserving",
            "  %check mine --target vm no-wait-over 200ms",
            "  %check lab1",
            "  %check lab1 my-fifo"
        })
final class CheckMagic implements Magic {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** Where a policy is checked, in words that are typed. */
    enum Where {
        sim,
        vm
    }

    @Option(
            names = "--target",
            paramLabel = "WHERE",
            defaultValue = "sim",
            description =
                    "sim, or vm for loads that the guest's kernel schedules and records"
                            + " (${DEFAULT-VALUE}).")
    private Where target;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            completionCandidates = Candidates.Policies.class,
            description = "The policy, or the lab.")
    private String name;

    @Parameters(
            index = "1..*",
            paramLabel = "PROMISE",
            completionCandidates = Candidates.Promises.class,
            description = "What it is to keep, an amount behind its promise; or a part of the lab.")
    private List<String> words = List.of();

    private final Session session;
    private final Map<String, String> environment;

    CheckMagic(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    private record Seen(String load, Schedule schedule) {}

    @Override
    public Renderable run(MagicCall call) throws TargetException, InterruptedException {
        Optional<Lab> lab = Lab.named(name);
        return lab.isPresent()
                ? new LabCheck(session, environment).run(lab.get(), words)
                : held(call);
    }

    private Table held(MagicCall call) throws TargetException, InterruptedException {
        List<Promise> own = words.isEmpty() ? own() : List.of();
        List<Promise> asked = words.isEmpty() ? own : promises();
        var all = new ArrayList<>(asked);
        if (words.isEmpty()) {
            Promise.usual().stream()
                    .filter(usual -> own.stream().noneMatch(o -> o.kind() == usual.kind()))
                    .forEach(all::add);
        }
        List<Seen> seen = target == Where.sim ? simulated() : recorded(call);
        var rows = new ArrayList<List<String>>();
        var broken = new ArrayList<String>();
        var untested = new ArrayList<String>();
        var places = new ArrayList<String>();
        for (Promise promise : all) {
            List<Holding> holdings =
                    seen.stream()
                            .map(each -> Holding.of(promise, each.load, each.schedule))
                            .toList();
            holdings.forEach(holding -> rows.add(row(holding, own.contains(promise))));
            if (!asked.contains(promise)) {
                continue;
            }
            switch (Holding.verdict(holdings)) {
                case BROKEN -> {
                    broken.add(promise.toString());
                    holdings.stream()
                            .filter(h -> h.judgement().verdict() == Verdict.BROKEN)
                            .map(h -> "%s, %s:\n%s".formatted(promise, h.load(), h.place()))
                            .forEach(places::add);
                }
                case CANNOT_BE_JUDGED -> {
                    // What a policy says of itself may be about loads that are not among these.
                    if (!own.contains(promise)) {
                        untested.add(promise.toString());
                    }
                }
                case KEPT -> {}
            }
        }
        var table =
                new Table(
                        "Promises of %s, %s: ✓ kept, ✗ broken, – cannot be judged on this load"
                                .formatted(name, seen.getFirst().schedule.source()),
                        List.of("promise", "", "load", "what was seen"),
                        rows);
        if (broken.isEmpty() && untested.isEmpty()) {
            return table;
        }
        call.show(table);
        var said = new ArrayList<String>();
        if (!broken.isEmpty()) {
            said.add("%s does not keep: %s.".formatted(name, String.join(", ", broken)));
        }
        if (!untested.isEmpty()) {
            said.add(
                    "Whether %s keeps this cannot be judged, for no load puts it to the test: %s."
                            .formatted(name, String.join(", ", untested)));
        }
        if (!places.isEmpty()) {
            said.add(String.join("\n\n", places));
        }
        throw new CellError(String.join("\n", said))
                .next(
                        broken.isEmpty()
                                ? "The table says why for each load. A load of your own is held to it"
                                        + " by Promise.of(…).judge(schedule)."
                                : "The table says on which load, and what was seen there.");
    }

    private static List<String> row(Holding holding, boolean own) {
        return List.of(
                holding.promise() + (own ? ", its own" : ""),
                holding.judgement().verdict().mark(),
                holding.load(),
                holding.judgement().why());
    }

    /** What the policy promises in its own source; the kernel's scheduler has none. */
    private List<Promise> own() {
        if (name.equals(Contender.EEVDF.name())) {
            return List.of();
        }
        PolicySource source = session.policies().source(Contender.policyOf(name));
        OwnPromises own = OwnPromises.of(source.text());
        if (!own.wrong().isEmpty()) {
            OwnPromises.Wrong wrong = own.wrong().getFirst();
            throw new CellError(
                            "%s promises what is no promise, in line %d of its cell: %s."
                                    .formatted(name, source.cellLine(wrong.line()), wrong.why()))
                    .next("Correct the line: " + vocabulary());
        }
        return own.promises();
    }

    private List<Seen> simulated() throws InterruptedException {
        CompiledPolicy policy = session.policies().named(name);
        var seen = new ArrayList<Seen>();
        for (Exercise exercise : Exercise.ALL) {
            Ran ran = exercise.run(policy);
            requireClean(ran, exercise);
            seen.add(new Seen(exercise.what(), ran.schedule()));
        }
        return seen;
    }

    /** What a policy that fails keeps is luck. */
    private void requireClean(Ran ran, Exercise exercise) {
        try {
            ran.clean();
        } catch (CheckFailed e) {
            throw new CellError(
                            "%s fails with %s.\n%s"
                                    .formatted(name, exercise.what(), e.getMessage()))
                    .next("Correct the policy, and check it again.");
        }
    }

    /** In the guest, where nothing else may be attached meanwhile. */
    private List<Seen> recorded(MagicCall call) throws TargetException, InterruptedException {
        Place place = session.place();
        if (place.attachment().isPresent()) {
            throw new CellError(place.attachedName() + " is attached.")
                    .next("Detach it first: %detach");
        }
        boolean own = name.equals(Contender.EEVDF.name());
        Contender contender = session.contender(name);
        TargetStart.start(session, call);
        var seen = new ArrayList<Seen>();
        try (Progress progress = call.progress("Recording", GuestExercise.ALL.size())) {
            place.schedule(contender);
            for (GuestExercise exercise : GuestExercise.ALL) {
                progress.note(exercise.what());
                String text = SchedRecorder.record(place.target(), exercise.command(), LIMIT);
                String source = RecordMagic.where(session);
                seen.add(new Seen(exercise.what(), part(text, source)));
                progress.step();
            }
            requireAttached(place, own);
        } finally {
            place.detach();
        }
        return seen;
    }

    private void requireAttached(Place place, boolean own)
            throws TargetException, InterruptedException {
        if (own) {
            return;
        }
        Status status = place.attachment().orElseThrow().status();
        if (status.exit() != null && status.exit().isError()) {
            throw new CellError(
                            "%s was thrown out: %s".formatted(name, ThrownOut.why(status.exit())))
                    .next("Correct the policy, and check it again.");
        }
    }

    private static Schedule part(String text, String source) {
        try {
            Schedule schedule =
                    SchedTrace.readWithGaps("recording", new StringReader(text)).schedule(source);
            return GuestExercise.whileAllAreThere(schedule)
                    .orElseGet(
                            () ->
                                    new Schedule.Builder()
                                            .gap("the load was not there as a whole")
                                            .build(source, 1, 0));
        } catch (FormatException e) {
            return new Schedule.Builder()
                    .gap("line %d of the recording: %s".formatted(e.line(), e.reason()))
                    .build(source, 1, 0);
        } catch (IOException e) {
            throw new AssertionError("it is read from memory", e);
        }
    }

    private List<Promise> promises() {
        try {
            return Promise.all(words);
        } catch (IllegalArgumentException e) {
            throw new CellError("That is no promise: " + e.getMessage() + ".")
                    .next("They mean: " + vocabulary());
        }
    }

    private static String vocabulary() {
        return Stream.of(Promise.Kind.values())
                .map(kind -> kind.word() + ": " + kind.meaning())
                .collect(Collectors.joining("; ", "", "."));
    }
}
