package org.schedbook.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.measure.Verdict;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/** The order and the bookkeeping of runs; that real runs work is shown by the guest tests. */
class BenchTest {

    private static final ExitInfo ASKED_FOR = new ExitInfo(64, 0, "unregistered", "", "");

    private static final Bench.Progress NO_PROGRESS = (_, _, _, _) -> {};
    private static final Plan PLAN = Plan.of(10, Duration.ofSeconds(1)).withSeed(7);

    private final ScriptedTarget target = new ScriptedTarget();

    @Test
    void everyRoundRunsEachContenderOnceAndWarmUpsAreNotCounted() throws Exception {
        var result = bench(3, "eevdf", "a").run(NO_PROGRESS);
        for (int round = 0; round < 4; round++) {
            assertEquals(
                    Set.of("eevdf", "a"), Set.copyOf(target.log.subList(2 * round, 2 * round + 2)));
        }
        assertEquals(3, result.samples().get("eevdf").size());
        assertEquals(8, result.runs().size());
        assertFalse(result.samples().toString().matches(".*\\b[12]\\.0.*"), result.toString());
        assertEquals("all runs are done, 3 of each", result.ended());
    }

    @Test
    void eachRunCanHaveAMachineOfItsOwn() throws Exception {
        bench(3, "eevdf", "a").run(NO_PROGRESS);
        assertEquals(0, target.nrFresh);
        bench(PLAN.onFreshMachines(), "eevdf", "a").run(NO_PROGRESS);
        assertEquals(22, target.nrFresh, "ten runs and a warm-up of each");
    }

    @Test
    void theOrderIsDrawnAndTheSeedRepeatsIt() throws Exception {
        bench(9, "eevdf", "a").run(NO_PROGRESS);
        var first = List.copyOf(target.log);
        assertTrue(
                IntStream.range(0, 9).anyMatch(i -> first.get(2 * i).equals("eevdf"))
                        && IntStream.range(0, 9).anyMatch(i -> first.get(2 * i).equals("a")),
                first.toString());
        target.log.clear();
        bench(9, "eevdf", "a").run(NO_PROGRESS);
        assertEquals(first, target.log);
    }

    @Test
    void rowsCompareWithTheFirstContender() throws Exception {
        target.figures = (policy, n) -> policy.equals("a") ? 4 + n / 100.0 : 2 + n / 100.0;
        var rows = bench(6, "eevdf", "a").run(NO_PROGRESS).rows();
        assertTrue(rows.get(0).comparison().isEmpty());
        var comparison = rows.get(1).comparison().orElseThrow();
        assertEquals(Verdict.WORSE, comparison.verdict());
        assertEquals(2, comparison.ratio(), .1);
    }

    @Test
    void aClearVerdictEndsTheRuns() throws Exception {
        target.figures = (policy, n) -> policy.equals("a") ? 4 + n / 100.0 : 2 + n / 100.0;
        var result = bench(PLAN.stoppingEarly(), "eevdf", "a").run(NO_PROGRESS);
        assertEquals("the verdict was clear after 5 runs of each", result.ended());
        assertEquals(5, result.samples().get("a").size());
    }

    @Test
    void withoutADifferenceAllRunsAreMade() throws Exception {
        var result = bench(PLAN.stoppingEarly(), "eevdf", "a").run(NO_PROGRESS);
        assertEquals(10, result.samples().get("a").size());
    }

    @Test
    void noRunStartsWhenTheBudgetIsSpent() throws Exception {
        var result = bench(PLAN.withBudget(Duration.ZERO), "eevdf", "a").run(NO_PROGRESS);
        assertEquals("the time budget of 0 s was spent", result.ended());
        assertEquals(List.of(), result.runs());
        assertEquals(List.of(), result.rows());
    }

    /** A hundred measurements of a policy against itself, with times as a guest has them. */
    @Test
    void measuringAPolicyAgainstItselfDeclaresADifferenceInAtMostFiveOfAHundred() throws Exception {
        var random = new Random(6);
        target.figures = (_, _) -> 2 * Math.exp(.06 * random.nextGaussian());
        int declared = 0;
        for (int trial = 0; trial < 100; trial++) {
            var plan = PLAN.stoppingEarly().withSeed(trial);
            var verdicts = bench(plan, "eevdf", "a", "b").run(NO_PROGRESS).verdicts();
            declared +=
                    verdicts.values().stream().anyMatch(c -> c.verdict() != Verdict.CANNOT_TELL)
                            ? 1
                            : 0;
        }
        assertTrue(declared <= 5, declared + " of 100");
    }

    @Test
    void aMeasurementIsTheSameAfterItWasWrittenDown() throws Exception {
        var result = bench(2, "eevdf", "a").run(NO_PROGRESS);
        assertEquals(result, BenchJson.read(BenchJson.write(result)));
        assertThrows(IllegalArgumentException.class, () -> BenchJson.read("{\"runs\": 3}"));
    }

    @Test
    void progressCountsEveryRun() throws Exception {
        var seen = new ArrayList<String>();
        bench(1, "eevdf", "a")
                .run(
                        (done, total, contender, _) ->
                                seen.add(done + "/" + total + contender.name()));
        assertEquals(4, seen.size());
        assertTrue(seen.get(3).startsWith("3/4"), seen.toString());
    }

    @Test
    void aRunInWhichThePolicyWasThrownOutIsNotCounted() {
        target.exit = new ExitInfo(1026, 0, "runnable task stall", "perf[7] failed to run", "");
        var e = assertThrows(BenchException.class, () -> bench(1, "eevdf", "a").run(NO_PROGRESS));
        assertTrue(e.getMessage().contains("runnable task stall"), e.getMessage());
        assertTrue(e.soFar().runs().stream().noneMatch(run -> run.contender().equals("a")));
        assertEquals(BenchJson.read(BenchJson.write(e.soFar())), e.soFar());
    }

    @Test
    void aRunInWhichEnqueuesCameToNothingIsNotCounted() {
        target.counters = Map.of("nr_unaccounted", 2L);
        var e = assertThrows(BenchException.class, () -> bench(1, "eevdf", "a").run(NO_PROGRESS));
        assertTrue(e.getMessage().contains("2 enqueues under a"), e.getMessage());
    }

    @Test
    void aRunInWhichThePolicyWasAskedAndDecidedNothingIsNotCounted() {
        target.counters = Map.of("nr_enqueued", 40L, "nr_decided", 0L);
        var e = assertThrows(BenchException.class, () -> bench(1, "eevdf", "a").run(NO_PROGRESS));
        assertTrue(e.getMessage().contains("a decided nothing"), e.getMessage());
        assertFalse(e.soFar().ended().endsWith("."), "it goes on in a sentence");
        assertTrue(e.soFar().runs().stream().noneMatch(run -> run.contender().equals("a")));
    }

    @Test
    void aRunInWhichThePolicyWasNeverAskedIsCounted() throws Exception {
        target.counters = Map.of("nr_enqueued", 0L, "nr_decided", 0L, "nr_kernel_dispatches", 9L);
        assertEquals(1, bench(1, "eevdf", "a").run(NO_PROGRESS).samples().get("a").size());
    }

    @Test
    void aRunInWhichThePolicyWasGivenUpIsNotCountedAndItsLineIsSaid() {
        target.exit =
                new ExitInfo(1024, 0, "the policy failed", "enqueue, line 4: did not return", "");
        var e = assertThrows(BenchException.class, () -> bench(1, "eevdf", "a").run(NO_PROGRESS));
        assertEquals(
                "a was thrown out during the run: the policy failed. enqueue, line 4: did not return",
                e.getMessage());
    }

    @Test
    void aFailingCommandKeepsWhatWasMeasuredBefore() {
        target.failAtRun = 4;
        var e = assertThrows(BenchException.class, () -> bench(2, "eevdf", "a").run(NO_PROGRESS));
        assertEquals(3, e.soFar().runs().size());
        assertTrue(e.getMessage().endsWith("exit code 1: boom"), e.getMessage());
    }

    @Test
    void whatFailsWithoutAWordIsSaidInASentence() {
        target.silent = true;
        target.failAtRun = 1;
        var e = assertThrows(BenchException.class, () -> bench(1, "eevdf").run(NO_PROGRESS));
        assertTrue(e.getMessage().endsWith("exit code 1"), e.getMessage());
        target.failAtRun = -1;
        e = assertThrows(BenchException.class, () -> bench(1, "eevdf").run(NO_PROGRESS));
        assertTrue(e.getMessage().endsWith("printed no figures under eevdf"), e.getMessage());
    }

    @Test
    void aFigureMayBeColoured() throws Exception {
        target.colour = "\u001b[1;32m";
        assertEquals(List.of(2.0), bench(1, "eevdf").run(NO_PROGRESS).samples().get("eevdf"));
        target.colour = "\u001b[31mno figure: ";
        var e = assertThrows(BenchException.class, () -> bench(1, "eevdf").run(NO_PROGRESS));
        assertTrue(e.getMessage().contains("printed no figures under eevdf but: no figure"));
    }

    @Test
    void theSameContenderTwiceIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> bench(1, "a", "a"));
    }

    private Bench bench(int repetitions, String... names) {
        return bench(
                new Plan(repetitions, 1, 7, PLAN.limit(), Optional.empty(), false, false), names);
    }

    private Bench bench(Plan plan, String... names) {
        var contenders =
                List.of(names).stream()
                        .map(
                                name ->
                                        name.equals("eevdf")
                                                ? Contender.EEVDF
                                                : Contender.of(
                                                        new CompiledPolicy(
                                                                name, "P", Map.of(), "hash")))
                        .toList();
        return new Bench(target, Messaging.SMALL, contenders, plan);
    }

    /** Answers with a figure for each run, and remembers what was attached meanwhile. */
    private static final class ScriptedTarget implements Target {

        int nrFresh;

        final List<String> log = new ArrayList<>();
        ExitInfo exit = ASKED_FOR;
        Map<String, Long> counters = Map.of("nr_x", 1L);
        int failAtRun = -1;
        boolean silent;
        String colour = "";
        BiFunction<String, Integer, Double> figures = (_, n) -> (double) n;
        private String attached = "eevdf";

        @Override
        public Machine machine() {
            return new Machine("vm", "none", "wall", "0", 1, 1, "25");
        }

        @Override
        public Attachment attach(CompiledPolicy policy, AttachOptions options) {
            attached = policy.name();
            return new Attachment() {
                @Override
                public Status status() {
                    return new Status(attached, attached, "enabled", counters, List.of(), null);
                }

                @Override
                public ExitInfo detach() {
                    attached = "eevdf";
                    return exit;
                }

                @Override
                public void close() {
                    attached = "eevdf";
                }
            };
        }

        @Override
        public String state() {
            return "disabled";
        }

        @Override
        public CommandResult run(List<String> command, Duration limit, Consumer<String> sink)
                throws TargetException {
            log.add(attached);
            int n = log.size();
            if (silent) {
                return new CommandResult(n == failAtRun ? 1 : 0, "", "");
            }
            return n == failAtRun
                    ? new CommandResult(1, "", "\u001b[31mboom\u001b[0m")
                    : new CommandResult(0, colour + figures.apply(attached, n) + "\n", "");
        }

        @Override
        public Target fresh() {
            nrFresh++;
            return this;
        }

        @Override
        public void close() {}
    }
}
