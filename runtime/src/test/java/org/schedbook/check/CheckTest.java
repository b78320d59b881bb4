package org.schedbook.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.schedbook.check.Check.is;
import static org.schedbook.check.Check.isAtLeast;
import static org.schedbook.check.Check.isAtMost;
import static org.schedbook.check.Check.isBetween;
import static org.schedbook.check.Check.points;
import static org.schedbook.check.Check.repeats;
import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.sleeps;
import static org.schedbook.check.Check.sweep;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;
import static org.schedbook.check.Check.that;
import static org.schedbook.check.Check.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;

/** What a test author writes, and what whoever reads a failure is told. */
class CheckTest {

    private static final Work HOG = repeats(runs(100));

    private static final Tasks ABC =
            tasks().task("a", runs(6)).task("b", runs(6)).task("c", runs(6));

    /** A policy of one body, with a queue of its own of number 0. */
    private static CompiledPolicy policy(String body) throws Exception {
        return new PolicyCompiler()
                .compile(
                        new PolicySource(
                                "mine",
                                """
                                import java.util.*;
                                import org.schedbook.policy.*;

                                public class Mine extends Policy {
                                %s
                                }
                                """
                                        .formatted(body)));
    }

    private static CompiledPolicy roundRobin(String slice) throws Exception {
        return policy(
                """
                public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                    return prevCpu;
                }
                public void enqueue(Task task, long enqFlags) {
                    insert(task, Dsq.GLOBAL, %s, enqFlags);
                }
                """
                        .formatted(slice));
    }

    // ---- The textbook ------------------------------------------------------------------

    /** Bursts that are multiples of the slice, and end with it: no last nanosecond. */
    @ParameterizedTest
    @CsvSource({"5, abcabcabc", "6, abcabcabc", "4, abcabc", "2, abc", "1, abc"})
    void roundRobinRunsInTurn(double burst, String order) throws Exception {
        Tasks load = tasks().task("a", runs(burst)).task("b", runs(burst)).task("c", runs(burst));
        Ran ran = textbook(1).run(load, roundRobin("2_000_000")).clean().order(order);
        assertEquals(3 * burst, ran.endMs());
        assertEquals(0, ran.idleBesideWorkMs());
    }

    @Test
    void theTextbooksFirstComeFirstServed() throws Exception {
        Tasks load = tasks().task("long", runs(100)).task("short", runs(5).arrives(1).times(3));
        Ran ran = textbook(1).run(load, policy(fifo()));
        ran.order("long short.1 short.2 short.3")
                .meanTurnaround(is((100 + 104 + 109 + 114) / 4.0))
                .firstRun("short.2", is(105))
                .response("short.3", is(109))
                .waits("short.1", is(99))
                .longestWait("short", isAtMost(109))
                .switches(is(4))
                .migrations(is(0));
        assertEquals(104, ran.task("short.1").turnaroundMs());
        assertEquals(100 / 115.0, ran.task("long").share(), 1e-9);
    }

    private static String fifo() {
        return """
        public void enqueue(Task task, long enqFlags) {
            insert(task, Dsq.GLOBAL, Long.MAX_VALUE, enqFlags);
        }
        """;
    }

    @ParameterizedTest
    @ValueSource(strings = {"fifo", "rr", "vtime"})
    void whatComesWithSchedbookIsCleanOnEveryExercise(String name) throws Exception {
        for (Exercise exercise : Exercise.ALL) {
            Ran ran = exercise.run(Check.builtIn(name)).clean().idleBesideWork(isAtMost(0));
            ran.sameAs(exercise.run(Check.builtIn(name)));
        }
    }

    @Test
    void virtualTimeSharesByWeightAndFifoDoesNot() throws Exception {
        Exercise weights = Exercise.ALL.getFirst();
        weights.run(Check.builtIn("vtime")).sharesByWeight(within(0.03));
        var e =
                assertThrows(
                        CheckFailed.class,
                        () ->
                                weights.run(Check.builtIn("fifo"))
                                        .because("a weight is a promise")
                                        .sharesByWeight(within(0.03)));
        assertTold(
                e,
                "Because: a weight is a promise",
                "w400",
                "<<< too little by 300 ms",
                "does the weight, task.weight(), make a difference?",
                "Again: textbook(1).until(2000).starvation(1000).run(tasks().task(\"w100\", repeats(runs(100)))");
    }

    @Test
    void aProcessHasItsShareHoweverManyThreadsItHas() throws Exception {
        Exercise processes = Exercise.ALL.get(2);
        Ran ran = processes.run(Check.builtIn("vtime"));
        ran.processShares(Map.of("one", 1, "three", 3), within(0.03));
        var e =
                assertThrows(
                        CheckFailed.class,
                        () -> ran.processShares(Map.of("one", 1, "three", 1), within(0.03)));
        assertTold(e, "processes", "one", "50 %", "25 %");
    }

    @Test
    void boundTasksStayWhereTheyMayRun() throws Exception {
        Tasks load = tasks().task("x", HOG.onCpus(1)).task("y", HOG.times(3));
        textbook(2).until(200).run(load, "fifo").staysOn("x", 1).migrations("x", is(0));
        var e =
                assertThrows(
                        CheckFailed.class,
                        () -> textbook(2).until(200).run(load, "fifo").staysOn("y", 0));
        assertTold(e, "runs on CPU 0 only. It ran on CPU 1");
    }

    @Test
    void aPartBeginsAtItsOwnZero() throws Exception {
        Tasks load = tasks().task("hog", HOG.times(2)).task("late", HOG.arrives(1000));
        Ran part = textbook(1).until(2000).run(load, "vtime").between(1000, 1300);
        assertEquals(300, part.endMs());
        part.runs("late", isBetween(80, 140)).runs("hog", isAtLeast(60));
        assertEquals(300, part.names().stream().mapToDouble(n -> part.task(n).runMs()).sum(), 1e-6);
    }

    @Test
    void slicesEndAtTicks() throws Exception {
        CompiledPolicy slices = roundRobin("1_500_000");
        textbook(1).run(ABC, slices).longestTurn("a", is(2)).slices(is(1.5));
        var e =
                assertThrows(
                        CheckFailed.class,
                        () -> textbook(1).run(ABC, roundRobin("SLICE_INF_NS")).slices(isAtMost(9)));
        assertTold(e, "a got one of Infinity ms", "with an endless slice");
        textbook(1).tick(4).run(ABC, slices).longestTurn("a", is(4));
    }

    @Test
    void oneFigureAgainstOneParameter() throws Exception {
        Sweep sweep =
                sweep(
                        new double[] {1, 2, 6},
                        slice ->
                                textbook(1)
                                        .run(ABC, roundRobin("%d".formatted((long) (slice * 1e6))))
                                        .switches());
        assertEquals(
                List.of(new Sweep.Point(1, 18), new Sweep.Point(2, 9), new Sweep.Point(6, 3)),
                sweep.points());
        assertEquals(
                "slice, ms  switches",
                sweep.named("slice, ms", "switches")
                        .toString()
                        .lines()
                        .findFirst()
                        .orElseThrow()
                        .strip());
    }

    // ---- What a failure says -----------------------------------------------------------

    @Test
    void aWrongOrderShowsWhereItBeganAndWhoDecided() throws Exception {
        var e =
                assertThrows(
                        CheckFailed.class,
                        () ->
                                textbook(1)
                                        .run(ABC, policy(fifo()))
                                        .because("each has 2 ms at a time")
                                        .order("abcabcabc"));
        assertTold(
                e,
                "Expected: tasks run as abcabcabc, and they ran as abc.",
                "Because: each has 2 ms at a time",
                "4            a         (the end)  <<<",
                "CPU 0  |aaaa",
                "No slice ended: is it longer than what a task has to do? Slices end at ticks, here"
                        + " every 1 ms.",
                "Again: textbook(1).run(tasks().task(\"a\", runs(6)).task(\"b\", runs(6))");
    }

    @Test
    void theLineThatDecidedIsTold() throws Exception {
        CompiledPolicy lifo =
                policy(
                        """
                        public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                            return prevCpu;
                        }
                        public void enqueue(Task task, long enqFlags) {
                            insert(task, Dsq.GLOBAL, Long.MAX_VALUE, enqFlags | Enq.HEAD);
                        }
                        """);
        Tasks load =
                tasks().task("L", runs(10))
                        .task("s", runs(1).arrives(1))
                        .task("t", runs(1).arrives(2))
                        .task("u", runs(1).arrives(3));
        var e = assertThrows(CheckFailed.class, () -> textbook(1).run(load, lifo).order("Lstu"));
        assertTold(
                e,
                "Before, line 9 of mine put u into SCX_DSQ_GLOBAL",
                "do you insert at the head of the queue?");
    }

    @Test
    void aBoundSaysByHowMuchItIsMissed() throws Exception {
        Tasks load = tasks().task("long", runs(100)).task("s", runs(5).arrives(1).times(2));
        Ran ran = textbook(1).run(load, policy(fifo()));
        assertTold(
                assertThrows(CheckFailed.class, () -> ran.longestWait("s", isAtMost(50))),
                "Expected: the longest wait of s.2 is at most 50 ms. It is 104 ms.",
                "s.1   at most 50 ms  99 ms   <<< too large by 49 ms",
                "Who runs while s.2 waits");
        assertTold(
                assertThrows(CheckFailed.class, () -> ran.meanTurnaround(isAtMost(25))),
                "Expected: the mean turnaround time is at most 25 ms. It is 104.333 ms.");
        assertTold(
                assertThrows(CheckFailed.class, () -> ran.hint("Count to three.").switches(is(9))),
                "<<< too small by 6",
                "Hint: Count to three.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    { }                                              | was forgotten | has to be inserted
                    { throw new IllegalStateException("no"); }       | IllegalStateException: no | line 5
                    { insert(task, Dsq.localOn(0), 1000000, 0); }    | x[2] may only use CPU 1 and was sent to CPU 0 | canRunOn
                    { while (true) { } }                             | did not return | loop that does not end
                    """)
    void whatIsNotCleanComesFirst(String body, String seen, String hint) throws Exception {
        Tasks load = tasks().task("x", runs(5).onCpus(1)).task("y", runs(5).times(2));
        CompiledPolicy broken = policy("public void enqueue(Task task, long enqFlags) " + body);
        var e =
                assertThrows(
                        CheckFailed.class,
                        () -> textbook(2).run(load, broken).meanTurnaround(isAtMost(1000)));
        assertTold(e, seen, hint);
        assertTrue(e.failure().basic());
    }

    @Test
    void whoStarvesIsNamed() throws Exception {
        CompiledPolicy unjust =
                policy(
                        """
                        private final ArrayDeque<Task> queue = new ArrayDeque<>();
                        public int selectCpu(Task task, int prevCpu, long wakeFlags) {
                            return prevCpu;
                        }
                        public void init() {
                            createDsq(0);
                        }
                        public void enqueue(Task task, long enqFlags) {
                            insertVtime(task, 0, 1_000_000, task.weight(), enqFlags);
                        }
                        """);
        Tasks load = tasks().task("rich", HOG.weight(10).times(2)).task("poor", HOG);
        var e =
                assertThrows(
                        CheckFailed.class, () -> textbook(1).until(1500).run(load, unjust).clean());
        assertTold(
                e, "nobody starves", "poor could run and did not for 1500 ms", "line 13 of mine");
        textbook(1).until(1500).starvation(2000).run(load, unjust).clean();
    }

    private static void assertTold(CheckFailed e, String... parts) {
        for (String part : parts) {
            assertTrue(
                    e.getMessage().contains(part), () -> part + " is not in:\n" + e.getMessage());
        }
    }

    // ---- Points ------------------------------------------------------------------------

    @Test
    void pointsAreANumberAsAGraderReadsIt() throws Exception {
        Ran ran = textbook(1).run(ABC, roundRobin("2_000_000"));
        Points points =
                points(3)
                        .test("in turn", 1, () -> ran.order("abcabcabc"))
                        .test("wrong", 1, () -> ran.order("cba"))
                        .test("not ours", .5, () -> List.of().getFirst())
                        .test("short", 1.25, () -> ran.switches(is(9)));
        assertEquals("2.25", points.toString());
        assertEquals(2.25, points.points());
        assertTrue(
                points.report()
                        .startsWith(
                                "2 of 4 of these tests passed: 2.25 of 3 points.\n✓ in turn (1)\n✗ wrong (1)\n"),
                points.report());
        assertEquals("3.0", points(3).test("too many", 5, () -> {}).toString());
        assertEquals("0.0", points(3).toString());
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> points(wrong));
            assertThrows(
                    IllegalArgumentException.class, () -> points(1).test("x", wrong, () -> {}));
        }
    }

    @Test
    void nothingIsRunAfterWhatAllElseBuildsOn() throws Exception {
        CompiledPolicy empty = policy("public void enqueue(Task task, long enqFlags) { }");
        Points points =
                points(2)
                        .test("clean", 1, () -> textbook(1).run(ABC, empty).clean())
                        .test("for nothing", 1, () -> {});
        assertEquals("0.0", points.toString());
        assertEquals(Points.Outcome.NOT_RUN, points.tests().getLast().outcome());
        assertEquals("not run: first mend what fails in 'clean'", points.tests().getLast().why());
    }

    // ---- What a schedule from elsewhere does not tell -----------------------------------

    /** Two threads of one process and one of another, for so long each, on a CPU. */
    private static Schedule recorded(int weight, long eachMs) {
        var schedule = new Schedule.Builder();
        for (int pid = 1; pid <= 3; pid++) {
            schedule.task(new Schedule.Task(pid, "x", weight, Math.max(2, pid), List.of()));
            long from = (pid - 1) * eachMs * 1_000_000;
            schedule.starts(from, 0, pid).stops(pid * eachMs * 1_000_000, 0, pid, End.SLEPT);
        }
        return schedule.build("recorded", 1, 0);
    }

    @Test
    void whatIsNotToldIsNotTakenToHold() {
        Ran unknown = that(recorded(Schedule.NO_WEIGHT, 5));
        assertTold(
                assertThrows(CheckFailed.class, () -> unknown.sharesByWeight(within(.1))),
                "the weights are known",
                "That of x 1 is not.");
        assertTold(
                assertThrows(CheckFailed.class, () -> unknown.slices(isAtMost(100))),
                "The schedule tells of no slice.");
        that(recorded(100, 5)).sharesByWeight(within(.01));
    }

    @Test
    void aRecordingsProcessesAreCalledAsTheirFirstTasks() {
        that(recorded(100, 5)).processShares(Map.of("x 1", 2, "x 3", 1), within(.01));
    }

    @Test
    void runsThatDifferInDecisionsAloneAreNotTheSame() {
        Schedule first = recorded(100, 5);
        var decided = new Schedule.Builder();
        first.tasks().values().forEach(decided::task);
        first.runs()
                .forEach(
                        run ->
                                decided.starts(run.fromNs(), run.cpu(), run.pid())
                                        .stops(run.toNs(), run.cpu(), run.pid(), run.end()));
        decided.inserted(0, 1, 0, 5);
        assertTold(
                assertThrows(
                        CheckFailed.class,
                        () -> that(decided.build("recorded", 1, 0)).sameAs(that(first))),
                "Their turns are");
    }

    @Test
    void whoNeverRanStaysNowhere() throws Exception {
        Ran ran = textbook(1).until(5).run(ABC, "fifo");
        assertTold(
                assertThrows(CheckFailed.class, () -> ran.staysOn("c", 0)),
                "c had not run when the run ended, at 5 ms.");
    }

    @Test
    void turnsThatDifferInLengthAreShownSo() throws Exception {
        Ran ran = textbook(1).run(ABC, "fifo");
        Ran other = textbook(1).run(ABC, roundRobin("2_000_000"));
        assertTold(
                assertThrows(CheckFailed.class, () -> ran.sameAs(other)),
                "a on CPU 0, 0 ms to 6 ms  a on CPU 0, 0 ms to 2 ms");
    }

    /** There are more tasks than letters. */
    @Test
    void whoHasNoLetterIsOneOfTheOthers() throws Exception {
        String text = textbook(1).run(tasks().task("x", runs(1).times(70)), "fifo").toString();
        assertTrue(text.contains("9 x.62, # others; . idle"), text);
    }

    // ---- What an author writes wrongly --------------------------------------------------

    @Test
    void anAuthorsMistakeIsSaidAtOnce() throws Exception {
        assertSaid(() -> ABC.task("a", runs(1)), "there is a task a already");
        assertSaid(
                () -> tasks().task("a.1", runs(1)).task("a", runs(1).times(2)),
                "two tasks are called a.1");
        assertSaid(() -> tasks().task("a b", runs(1)), "without spaces");
        for (double ms : new double[] {0, -1, Double.NaN, 1e10}) {
            assertSaid(() -> runs(ms), "");
        }
        assertSaid(() -> runs(1).times(0), "from 1 to");
        assertSaid(() -> runs(1).weight(10_001), "a weight is from 1 to 10000");
        assertSaid(() -> repeats(runs(1)).then(runs(1)), "repeats until the end");
        assertSaid(() -> textbook(0).run(ABC, "fifo"), "");
        assertSaid(() -> textbook(1).tick(0), "a tick takes time");
        assertSaid(() -> textbook(1).run(tasks().task("x", HOG), "fifo"), "until(2000)");
        assertSaid(() -> textbook(1).run(tasks(), "fifo"), "has no tasks");
        assertSaid(() -> textbook(1).run(tasks().task("x", runs(1).onCpus(7)), "fifo"), "CPU");
        assertSaid(() -> textbook(1).run(ABC, "no-such"), "there are: fifo, rr, vtime");
        Ran ran = textbook(1).run(ABC, "fifo");
        assertSaid(() -> ran.order("abd"), "there is no task 'd'; there are: a, b, c");
        assertSaid(() -> ran.order(""), "names no task; there are: a, b, c");
        assertSaid(() -> ran.order("…"), "names no task");
        assertSaid(() -> ran.task("d"), "there is no task 'd'");
        assertSaid(() -> ran.shares(Map.of("a", 1), within(.1)), "it takes two");
        assertSaid(() -> ran.processShares(Map.of("p", 1), within(.1)), "no process 'p'");
        assertSaid(() -> ran.between(50, 60), "the schedule is from 0 to 18 ms");
        assertSaid(() -> within(2), "which part");
        assertSaid(() -> isBetween(2, 1), "nothing is between");
        Tasks forever = tasks().task("x", repeats(runs(1), sleeps(1)));
        assertThrows(
                CheckFailed.class,
                () -> textbook(1).until(10).run(forever, "fifo").turnaround("x", isAtMost(9)));
    }

    private static void assertSaid(Executable mistake, String what) {
        var e = assertThrows(IllegalArgumentException.class, mistake);
        assertTrue(e.getMessage().contains(what), e.getMessage());
    }
}
