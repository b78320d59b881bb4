package org.schedbook.magic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.check.CheckFailed;
import org.schedbook.check.Exercise;
import org.schedbook.check.Judgement;
import org.schedbook.check.Judgement.Verdict;
import org.schedbook.check.Promise;
import org.schedbook.check.Ran;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.course.Lab;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Renderable;
import org.schedbook.jupyter.Table;
import org.schedbook.schedule.Schedule;
import org.schedbook.session.Session;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %check NAME [PROMISE...]}: holds a policy to promises. */
@Command(
        description = {
            "Holds a policy to promises, or runs the public tests of a lab.",
            "",
            "Both on loads as textbooks have them, simulated. Scheduling costs nothing there, and slices end at ticks of 1 ms. PROMISE is"
                    + " no-wait-over TIME, shares-by-weight PERCENT, runs-in-turn, stays-on-cpu or"
                    + " work-conserving TIME; the amount may be left out. A load that does not put"
                    + " a promise to the test says so. The cell fails if a promise that was named"
                    + " is broken, or was not put to the test at all; without PROMISE all are"
                    + " looked at. With the name of a lab, and perhaps those of its parts, the"
                    + " policies and answers of this notebook are tested.",
        },
        footer = {
            "Examples:",
            "  %check mine",
            "  %check vtime shares-by-weight 3%",
            "  %check mine no-wait-over 100ms work-conserving",
            "  %check lab1",
            "  %check lab1 my-fifo"
        })
final class CheckMagic implements Magic {

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

    @Override
    public Renderable run(MagicCall call) throws TargetException, InterruptedException {
        Optional<Lab> lab = Lab.named(name);
        return lab.isPresent()
                ? new LabCheck(session, environment).run(lab.get(), words)
                : promises(call);
    }

    private Table promises(MagicCall call) throws TargetException, InterruptedException {
        List<Promise> promises = words.isEmpty() ? all() : promises();
        CompiledPolicy policy = session.policies().named(name);
        var schedules = new ArrayList<Schedule>();
        for (Exercise exercise : Exercise.ALL) {
            Ran ran = exercise.run(policy);
            requireClean(ran, exercise);
            schedules.add(ran.schedule());
        }
        var rows = new ArrayList<List<String>>();
        var broken = new ArrayList<String>();
        for (Promise promise : promises) {
            List<Judgement> judgements = schedules.stream().map(promise::judge).toList();
            for (int i = 0; i < judgements.size(); i++) {
                Judgement judgement = judgements.get(i);
                rows.add(
                        List.of(
                                promise.toString(),
                                mark(judgement.verdict()),
                                Exercise.ALL.get(i).what(),
                                judgement.why()));
            }
            if (judgements.stream().noneMatch(each -> each.verdict() == Verdict.KEPT)
                    || judgements.stream().anyMatch(each -> each.verdict() == Verdict.BROKEN)) {
                broken.add(promise.toString());
            }
        }
        var table =
                new Table(
                        "Promises of %s: ✓ kept, ✗ broken, – cannot be judged on this load"
                                .formatted(name),
                        List.of("promise", "", "load", "what was seen"),
                        rows);
        if (words.isEmpty() || broken.isEmpty()) {
            return table;
        }
        call.show(table);
        throw new CellError("%s does not keep: %s.".formatted(name, String.join(", ", broken)))
                .next("The table says on which load, and what was seen there.");
    }

    /** What a policy that fails keeps is luck. */
    private void requireClean(Ran ran, Exercise exercise) {
        try {
            ran.clean();
        } catch (CheckFailed e) {
            throw new CellError(
                            "%s fails with %s. %s".formatted(name, exercise.what(), e.getMessage()))
                    .next("Correct the policy, and check it again.");
        }
    }

    private static String mark(Verdict verdict) {
        return switch (verdict) {
            case KEPT -> "✓";
            case BROKEN -> "✗";
            case CANNOT_BE_JUDGED -> "–";
        };
    }

    private static List<Promise> all() {
        return Stream.of(Promise.Kind.values()).map(kind -> Promise.of(kind.word(), "")).toList();
    }

    private List<Promise> promises() {
        var promises = new ArrayList<Promise>();
        try {
            for (int i = 0; i < words.size(); i++) {
                boolean amount = i + 1 < words.size() && words.get(i + 1).matches("\\d.*");
                promises.add(Promise.of(words.get(i), amount ? words.get(i + 1) : ""));
                i += amount ? 1 : 0;
            }
        } catch (IllegalArgumentException e) {
            throw new CellError("That is no promise: " + e.getMessage() + ".")
                    .next(
                            Stream.of(Promise.Kind.values())
                                    .map(kind -> kind.word() + ": " + kind.meaning())
                                    .collect(Collectors.joining("; ", "They mean: ", ".")));
        }
        return promises;
    }
}
