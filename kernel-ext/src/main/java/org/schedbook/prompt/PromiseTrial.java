package org.schedbook.prompt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.check.CheckFailed;
import org.schedbook.check.Exercise;
import org.schedbook.check.Holding;
import org.schedbook.check.Judgement.Verdict;
import org.schedbook.check.OwnPromises;
import org.schedbook.check.OwnPromises.Made;
import org.schedbook.check.Promise;
import org.schedbook.check.Ran;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;

/**
 * Holds a policy to what it promises in its own source, on simulated loads as textbooks have them.
 * A policy need not promise anything.
 */
public final class PromiseTrial implements Trial {

    @Override
    public String name() {
        return "PROMISE";
    }

    @Override
    public String passed() {
        return "keeps what it promises, simulated";
    }

    @Override
    public String failed() {
        return "does not keep what it promises, simulated";
    }

    @Override
    public String tries() {
        return "Holding it to its promises";
    }

    @Override
    public String skipped() {
        return "held to no promise";
    }

    @Override
    public Result run(PolicySource source, CompiledPolicy policy) throws InterruptedException {
        OwnPromises own = OwnPromises.of(source.text());
        if (own.isEmpty()) {
            return Result.skipped("it makes none");
        }
        if (!own.wrong().isEmpty()) {
            return Result.failed(
                    own.wrong().stream().map(w -> at(source, w.line(), w.why() + ".")).toList());
        }
        Map<Made, List<Holding>> held = new LinkedHashMap<>();
        own.made().forEach(made -> held.put(made, new ArrayList<>()));
        for (Exercise exercise : Exercise.ALL) {
            Ran ran = exercise.run(policy);
            try {
                ran.clean();
            } catch (CheckFailed e) {
                return Result.failed(
                        List.of(
                                Problem.ofWhole(
                                        "Simulated %s: %s"
                                                .formatted(exercise.what(), e.getMessage()))));
            }
            held.forEach(
                    (made, holdings) ->
                            holdings.add(
                                    Holding.of(made.promise(), exercise.what(), ran.schedule())));
        }
        List<Problem> problems =
                held.entrySet().stream()
                        .flatMap(entry -> broken(source, entry.getKey(), entry.getValue()))
                        .toList();
        if (!problems.isEmpty()) {
            return Result.failed(
                    Stream.concat(Stream.of(Problem.ofWhole(marks(held))), problems.stream())
                            .toList());
        }
        return held.values().stream().allMatch(PromiseTrial::isUntested)
                ? Result.skipped(marks(held))
                : Result.passed(marks(held), "");
    }

    /** Returns each promise with whether it was kept. */
    private static String marks(Map<Made, List<Holding>> held) {
        return held.entrySet().stream()
                .map(
                        e ->
                                "%s %s%s"
                                        .formatted(
                                                Holding.verdict(e.getValue()).mark(),
                                                e.getKey().promise(),
                                                isUntested(e.getValue())
                                                        ? " (no load puts it to the test)"
                                                        : ""))
                .collect(Collectors.joining(", "));
    }

    private static boolean isUntested(List<Holding> holdings) {
        return Holding.verdict(holdings) == Verdict.CANNOT_BE_JUDGED;
    }

    private static Stream<Problem> broken(PolicySource source, Made made, List<Holding> holdings) {
        return holdings.stream()
                .filter(holding -> holding.judgement().verdict() == Verdict.BROKEN)
                .map(
                        holding ->
                                at(
                                        source,
                                        made.line(),
                                        "%s, %s: %s\n%s"
                                                .formatted(
                                                        made.promise(),
                                                        holding.load(),
                                                        holding.judgement().why(),
                                                        holding.place())));
    }

    private static Problem at(PolicySource source, int number, String message) {
        String line = source.text().lines().skip(number - 1).findFirst().orElse("");
        return Problem.ofLine(number, line, message);
    }

    /** Returns what can be promised, for a model. */
    static String vocabulary() {
        return Stream.of(Promise.Kind.values())
                .map(
                        kind ->
                                "- `%s`: %s"
                                        .formatted(
                                                (kind.word() + " " + kind.usual()).strip(),
                                                kind.meaning()))
                .collect(Collectors.joining("\n"));
    }
}
