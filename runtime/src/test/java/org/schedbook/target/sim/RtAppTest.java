package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
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
        ChromeTrace.write(result, out);
        JsonNode trace = new ObjectMapper().readTree(out.toString());
        double ran = 0;
        for (JsonNode event : trace.get("traceEvents")) {
            if (event.get("ph").asText().equals("X")
                    && event.get("name").asText().equals("waker")) {
                assertEquals(0, event.get("tid").asInt());
                ran += event.get("dur").asDouble();
            }
        }
        assertEquals(10_000, ran, 10);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{'tasks': {~'t': {~'run': 'x'}}} | 3 | run is a number",
                "{'tasks': {~'t': {'mem': 5}}} | 2 | does not know what mem is",
                "{'tasks': {~'t': {'policy': 'SCHED_FIFO', 'run': 1}}} | 2 | SCHED_FIFO",
                "{'tasks': {~~'t': {'run': 0}}} | 3 | run is from 1",
                "{'tasks': {'t': {'loop': 1,~'fork': 'u'}}} | 2 | there is no task u",
                "{'tasks': {~'t': {}}} | 2 | does nothing",
                "{'tasks': {}~} | 2 | there are no tasks",
                "{'tasks': {'t': {'run': 1,~~} | 3 | Unexpected",
                "[] | 1 | is not an object",
            })
    void aWrongFileIsToldWhereAndWhy(String text, int line, String reason) {
        String json = text.replace('~', '\n').replace('\'', '"');
        var e = assertThrows(FormatException.class, () -> read(json));
        assertEquals(line, e.line(), e.getMessage());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }
}
