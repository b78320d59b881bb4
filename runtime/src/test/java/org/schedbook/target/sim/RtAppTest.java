package org.schedbook.target.sim;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.schedule.ChromeTrace;
import org.schedbook.target.sim.SimResult.Outcome;

class RtAppTest {

    private static final String FILE =
            """
            {
              /* a periodic task that wakes another, and two that fork */
              "tasks": {
                "waker": {
                  "loop": 10, "priority": -5, "cpus": [0],
                  "run": 1000, "resume": "sleeper", "timer": {"ref": "unique", "period": 10000}
                },
                "sleeper": {"loop": 10, "suspend": "", "lock0": "m", "run0": 200, "unlock0": "m"},
                "parent": {
                  "instance": 2, "loop": 1,
                  "phases": {
                    "one": {"loop": 3, "run": 100, "sleep": 200, "run": 300},
                    "two": {"fork": "child"}
                  }
                },
                "child": {"instance": 0, "loop": 1, "run": 50}
              },
              "global": {"duration": 2, "default_policy": "SCHED_OTHER", "calibration": 27}
            }
            """;

    private static final class Fifo extends Policy {
        @Override
        public void enqueue(Task task, long enqFlags) {
            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
        }
    }

    private static RtApp read(String text) throws Exception {
        return RtApp.read("work.json", new StringReader(text));
    }

    @Test
    void aFileRunsAsItSays() throws Exception {
        RtApp app = read(FILE);
        assertEquals(2_000_000_000, app.durationNs());
        SimResult result =
                Simulation.run(
                        new Fifo(),
                        app.workload(),
                        SimMachine.flat(2).withCosts(CostModel.FREE),
                        SimOptions.DEFAULT.withLimitNs(app.durationNs()).withTrace(10_000));
        assertEquals(Outcome.COMPLETED, result.outcome(), result.toString());
        // waker, sleeper, two parents, and a child of each.
        assertEquals(6, result.tasks().size());
        assertEquals(305, result.tasks().getFirst().weight());
        assertEquals(100_000_000, result.tasks().getFirst().endNs(), 10_000);
        assertEquals(10_000_000, result.tasks().getFirst().runNs(), 10_000);
        assertEquals(1_200_000, result.tasks().get(2).runNs(), 10_000);

        var out = new StringWriter();
        ChromeTrace.write(result.schedule(), out);
        JsonNode trace = new ObjectMapper().readTree(out.toString());
        double ran = 0;
        for (JsonNode event : trace.get("traceEvents")) {
            if (event.get("ph").asText().equals("X")
                    && event.get("name").asText().equals("waker")) {
                assertEquals(1, event.get("pid").asInt());
                assertEquals(1, event.get("tid").asInt());
                ran += event.get("dur").asDouble();
            }
        }
        assertEquals(10_000, ran, 10);
    }

    /** Runs a file on machines that cost nothing, and returns when its tasks ended, in ms. */
    private static List<Double> endsMs(int cpus, String text) throws Exception {
        SimResult result = run(cpus, text);
        assertTrue(
                List.of(Outcome.COMPLETED, Outcome.DURATION).contains(result.outcome()),
                SimTarget.describe(result));
        return result.tasks().stream().map(task -> task.endNs() / 1e6).toList();
    }

    private static SimResult run(int cpus, String text) throws Exception {
        return run(cpus, text, SimOptions.DEFAULT);
    }

    private static SimResult run(int cpus, String text, SimOptions options) throws Exception {
        return Simulation.run(
                new Fifo(),
                read(text.replace('\'', '"')).workload(),
                SimMachine.flat(cpus).withCosts(CostModel.FREE),
                options);
    }

    private static void assertEndsMs(int cpus, String text, double... expected) throws Exception {
        List<Double> ends = endsMs(cpus, text);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], ends.get(i), .05, ends.toString());
        }
    }

    @Test
    void theFileSaysWhenItEnds() throws Exception {
        SimResult result =
                run(
                        1,
                        "{'tasks':{'t':{'loop':-1,'run':1000,'sleep':9000}},"
                                + "'global':{'duration':2}}");
        assertEquals(Outcome.DURATION, result.outcome());
        assertEquals(2_000_000_000, result.timeNs());
        assertEquals(200e6, result.tasks().getFirst().runNs(), 1e6);
        assertEquals(Long.MAX_VALUE, read("{\"tasks\":{\"t\":{\"run\":1}}}").durationNs());
    }

    @Test
    void aTimerThatIsLateDoesNotWait() throws Exception {
        assertEndsMs(
                1,
                "{'tasks':{'t':{'loop':40,'run':25000,'timer':{'ref':'unique','period':20000}}}}",
                1000);
    }

    @Test
    void usesOfATimerSetItOnByTheirOwnPeriods() throws Exception {
        String both =
                "{'tasks':{'t':{'loop':10,'run':1000,'timer':{'ref':'unique','period':10000},"
                        + "'run1':1000,'timer1':{'ref':'unique%s','period':20000}}}}";
        assertEndsMs(1, both.formatted(""), 300);
        // Each of two timers is on its own: the first is always late, and then goes on from there.
        assertEndsMs(1, both.formatted("B"), 200);
    }

    @Test
    void anAbsoluteTimerCatchesUpAndARelativeOneDoesNot() throws Exception {
        String text =
                "{'tasks':{'t':{'loop':1,'phases':{'late':{'run':50000,"
                        + "'timer':{'ref':'unique','period':20000%s}},"
                        + "'then':{'loop':4,'run':5000,'timer':{'ref':'unique','period':20000}}}}}}";
        assertEndsMs(1, text.formatted(""), 130);
        assertEndsMs(1, text.formatted(",'mode':'absolute'"), 100);
    }

    @Test
    void tasksShareATimerUnlessItIsUnique() throws Exception {
        String text = "{'tasks':{'t':{'instance':2,'loop':5,'timer':{'ref':'%s','period':10000}}}}";
        assertEndsMs(2, text.formatted("unique"), 50, 50);
        assertEndsMs(2, text.formatted("tick"), 90, 100);
    }

    @Test
    void aTimerBeginsWithTheDelay() throws Exception {
        assertEndsMs(
                1,
                "{'tasks':{'t':{'delay':7000,'loop':2,'run':1,"
                        + "'timer':{'ref':'unique','period':10000}}}}",
                27);
    }

    @Test
    void suspendedTasksAreWokenByTheirNameWhateverSuspendSays() throws Exception {
        assertEndsMs(
                2,
                "{'tasks':{'a':{'loop':3,'suspend':'x','run':1000},"
                        + "'b':{'loop':3,'sleep':10000,'run':1000,'resume':'a'}}}",
                34,
                33);
        assertEndsMs(
                4,
                "{'tasks':{'a':{'instance':3,'loop':1,'suspend':'','run':1000},"
                        + "'b':{'loop':1,'sleep':10000,'resume':'a'}}}",
                11,
                11,
                11,
                10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void tasksThatResumeEachOtherAtOnceGoOn(int cpus) throws Exception {
        String text =
                """
                {"tasks": {
                   "a": {"loop": -1, "run": 10000, "resume": "b", "suspend": "a"},
                   "b": {"loop": -1, "run": 10000, "resume": "a", "suspend": "b"}},
                 "global": {"duration": 2}}
                """;
        for (CostModel costs : List.of(CostModel.FREE, SimMachine.flat(1).costs())) {
            SimResult result =
                    Simulation.run(
                            new Fifo(),
                            read(text).workload(),
                            SimMachine.flat(cpus).withCosts(costs),
                            SimOptions.DEFAULT);
            assertEquals(Outcome.DURATION, result.outcome());
            long ran = result.tasks().stream().mapToLong(SimResult.TaskResult::runNs).sum();
            assertEquals(2e9, ran, 30e6);
        }
    }

    @Test
    void whatTakesNoTimeIsNoError() throws Exception {
        assertEndsMs(
                1,
                "{'tasks':{'t':{'loop':10,'run':0,'sleep':0,'run1':1000,"
                        + "'timer':{'ref':'unique','period':0}}}}",
                10);
        assertEquals(
                Outcome.DURATION,
                run(
                                1,
                                "{'tasks':{'t':{'loop':-1,'timer':{'ref':'unique','period':0}},"
                                        + "'u':{'run':0}},'global':{'duration':1}}")
                        .outcome());
    }

    @Test
    void aDurationPassesThoughEveryTaskSleepsForGood() throws Exception {
        String tasks = "'tasks':{'t':{'loop':-1,'run':4000,'suspend':'other'}}";
        SimResult ended = run(1, "{" + tasks + ",'global':{'duration':2}}");
        assertEquals(Outcome.DURATION, ended.outcome());
        assertEquals(2_000_000_000, ended.timeNs());
        assertEquals(4_000_000, ended.tasks().getFirst().runNs(), 100_000);
        assertEquals(Outcome.DEADLOCK, run(1, "{" + tasks + "}").outcome());
        SimOptions endless = SimOptions.DEFAULT.withLimitNs(Long.MAX_VALUE);
        assertEquals(Outcome.DEADLOCK, run(1, "{" + tasks + "}", endless).outcome());
    }

    @Test
    void aMutexIsUnlockedByWhoeverSays() throws Exception {
        assertEndsMs(1, "{'tasks':{'a':{'loop':3,'run':1000,'unlock':'m'}}}", 3);
        assertEndsMs(
                2,
                "{'tasks':{'a':{'loop':1,'lock':'m','run':5000},"
                        + "'b':{'loop':1,'sleep':1000,'unlock':'m','lock':'m','run':1000}}}",
                5,
                2);
    }

    @Test
    void tasksMeetAtConditionsBarriersAndSemaphores() throws Exception {
        assertEndsMs(
                2,
                "{'tasks':{'a':{'loop':1,'lock':'m','wait':{'ref':'c','mutex':'m'},'unlock':'m',"
                        + "'run':1000},"
                        + "'b':{'loop':1,'sleep':5000,'lock':'m','signal':'c','run':2000,'unlock':'m'}}}",
                8,
                7);
        assertEndsMs(
                2,
                "{'tasks':{'a':{'loop':1,'lock':'m','sync':{'ref':'c','mutex':'m'},'unlock':'m'},"
                        + "'b':{'loop':1,'sleep':4000,'lock':'m','broad':'c','unlock':'m'}}}",
                4,
                4);
        assertEndsMs(
                3,
                "{'tasks':{'a':{'loop':2,'run':1000,'barrier':'one','run1':1000},"
                        + "'b':{'loop':2,'instance':2,'run':3000,'barrier':'one'}}}",
                7,
                6,
                6);
        assertEndsMs(
                2,
                "{'tasks':{'a':{'loop':3,'run':1000,'sem_post':'s'},"
                        + "'b':{'loop':1,'sleep':10000,'sem_wait1':'s','sem_wait2':'s','sem_wait':'s',"
                        + "'run':1000}}}",
                3,
                11);
    }

    @Test
    void runtimeIsOverWhenItIsOverWithOrWithoutACpu() throws Exception {
        assertEndsMs(1, "{'tasks':{'t':{'instance':2,'loop':1,'run':50000}}}", 90, 100);
        assertEndsMs(1, "{'tasks':{'t':{'instance':2,'loop':1,'runtime':50000}}}", 50, 70);
    }

    @Test
    void weightsAreTheKernels() throws Exception {
        for (int nice = -20; nice <= 19; nice++) {
            RtApp app = read("{\"tasks\":{\"t\":{\"run\":1,\"priority\":%d}}}".formatted(nice));
            assertEquals(Weights.ofNice(nice), app.workload().tasks().getFirst().weight());
        }
        assertEquals(8668, Weights.ofNice(-20));
        RtApp idle = read("{\"tasks\":{\"t\":{\"run\":1,\"policy\":\"SCHED_IDLE\"}}}");
        assertEquals(1, idle.workload().tasks().getFirst().weight());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tasks\":{\"t\":{\"loop\":1,\"run\":1000,},},}",
                "{'tasks':{'t':{'loop':1,'run':1000}}}",
                "\uFEFF{\"tasks\":{\"t\":{\"loop\":1,\"run\":1000}}}",
                "{// True\n\"global\":{\"gnuplot\":True,\"x\":NULL},/* 'it */\"tasks\":"
                        + "{\"t\":{\"loop\":1,\"run\":01000}}}",
                "{\"tasks\":{\"t\":{\"loop\":1,\"run\":1000}}} and more",
                "{\"tasks\":{\"True\\\"\":{\"loop\":1,\"run\":1000,\"cpus\":[0,]}}}",
            })
    void whatRtAppReadsIsRead(String text) throws Exception {
        RtApp app = read(text);
        assertEquals(1, app.workload().tasks().size());
        String name = app.workload().tasks().getFirst().comm();
        assertTrue(List.of("t", "True\"").contains(name), name);
    }

    @Test
    void aFileMayBeginWithAByteOrderMark(@TempDir Path directory) throws Exception {
        String text = "\uFEFF{\"tasks\":{\"t\":{\"loop\":1,\"run\":1000}}}";
        for (Charset charset : List.of(UTF_8, UTF_16LE, UTF_16BE)) {
            Path file = directory.resolve("load.json");
            Files.writeString(file, text, charset);
            assertEquals(1, RtApp.read(file).workload().tasks().size(), charset.name());
        }
    }

    @Test
    void aForkedTaskWaitsForItsDelayFromTheBeginning() throws Exception {
        assertEndsMs(
                2,
                "{'tasks':{'p':{'loop':1,'run':5000,'fork':'c','fork2':'c'},"
                        + "'c':{'instance':0,'delay':20000,'loop':1,'run':1000}}}",
                5,
                21,
                21);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{'tasks': {~'t': {~'run': 'x'}}} | 3 | run is a number",
                "{'tasks': {~'t': {'mem': 5}}} | 2 | does not know what mem is",
                "{'tasks': {~'t': {'policy': 'SCHED_FIFO', 'run': 1}}} | 2 | SCHED_FIFO",
                "{'tasks': {~~'t': {'run': -1}}} | 3 | run is from 0",
                "{'tasks': {~'t': {'run': 1.9}}} | 2 | run is a whole number, and 1.9 is not",
                "{'tasks': {~'t': {'run': 1e3}}} | 2 | run is a whole number, and 1e3 is not",
                "{'tasks': {'t': {'run': 1}},~'global': {'duration': 0.5}} | 2 | whole number",
                "{'tasks': {'t': {'run': 1}},~~'global': {'default_policy': 'SCHED_RR'}} | 3 | SCHED_RR",
                "{'tasks': {'t': {~'taskgroup': '/a', 'run': 1}}} | 2 | what taskgroup is",
                "{'tasks': {'t': {'phases': {'p': {~'cpus': [1], 'run': 1}}}}} | 2 | cpus of a phase",
                "{'tasks': {'t': {~'iorun': 5}}} | 2 | what iorun is",
                "{'tasks': {'t': {~'memrun': {'type': 'read'}}}} | 2 | what memrun is",
                "{'tasks': {'t': {~'dl-runtime': 5, 'run': 1}}} | 2 | what dl-runtime is",
                "{'tasks': {'t': {'loop': 1,~'fork': 'u'}}} | 2 | there is no task u",
                "{'tasks': {~'t': {}}} | 2 | does nothing",
                "{'tasks': {}~} | 2 | there are no tasks",
                "{'tasks': {'t': {'instance': 200000, 'run': 1}}~} | 2 | at most 100000",
                "{'tasks': {'t': {'run': 1,~~} | 3 | it ends before all that was opened is closed",
                "# c~{'tasks': {}} | 1 | '#' cannot stand there",
                "{'tasks': {'t': {'run': fast}}} | 1 | 'fast' is neither a number nor in quotes",
                "[] | 1 | is not an object",
            })
    void aWrongFileIsToldWhereAndWhy(String text, int line, String reason) {
        String json = text.replace('~', '\n').replace('\'', '"');
        var e = assertThrows(FormatException.class, () -> read(json));
        assertEquals(line, e.line(), e.getMessage());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }
}
