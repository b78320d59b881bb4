package org.schedbook.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.schedbook.schedule.Schedule.End;

/**
 * What is written for Perfetto keeps to the Trace Event Format, and says what the schedule does:
 * read back, run by run.
 */
class ChromeTraceTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static JsonNode written(Schedule schedule) throws Exception {
        var text = new StringWriter();
        ChromeTrace.write(schedule, text);
        return JSON.readTree(text.toString());
    }

    private static Schedule some() {
        var schedule = new Schedule.Builder().task(2, "ping \"\n</script>", 100);
        schedule.task(3, "pong", 100).task(4, "pong", 100);
        for (int i = 0; i < 100; i++) {
            long time = i * 1_001L;
            schedule.starts(time, i % 3, 2 + i % 3);
            schedule.stops(time + 1_000, i % 3, 2 + i % 3, i == 99 ? End.ENDED : End.PREEMPTED);
        }
        return schedule.starts(200_000, 2, 9).build("simulated", 4, 300_000);
    }

    @Test
    void everyEventIsOneOfTheFormat() throws Exception {
        JsonNode trace = written(some());
        assertTrue(Set.of("ns", "ms").contains(trace.get("displayTimeUnit").asText()));
        var named = new HashSet<Integer>();
        for (JsonNode event : trace.get("traceEvents")) {
            assertTrue(event.get("name").isTextual(), event.toString());
            assertTrue(event.get("pid").isInt() && event.get("pid").intValue() != 0);
            // Of versions before 2025-08, process 0 and threads 0 and 1 were not apart.
            assertTrue(event.get("tid").isInt() && event.get("tid").intValue() > 0);
            switch (event.get("ph").asText()) {
                case "M" -> {
                    assertTrue(event.get("args").get("name").isTextual(), event.toString());
                    if (event.get("name").asText().equals("thread_name")) {
                        assertTrue(named.add(event.get("tid").intValue()), "a track has one name");
                    }
                }
                case "X" -> {
                    assertTrue(event.get("ts").isNumber() && event.get("ts").asDouble() >= 0);
                    assertTrue(event.get("dur").isNumber() && event.get("dur").asDouble() >= 0);
                    assertTrue(named.contains(event.get("tid").intValue()), event.toString());
                }
                default -> throw new AssertionError(event);
            }
        }
        assertEquals(Set.of(1, 2, 3, 4), named);
    }

    @Test
    void whatIsReadBackIsTheSchedule() throws Exception {
        Schedule schedule = some();
        var runs = new ArrayList<List<Object>>();
        var ends = new HashMap<Integer, Double>();
        for (JsonNode event : written(schedule).get("traceEvents")) {
            if (!event.get("ph").asText().equals("X")) {
                continue;
            }
            int cpu = event.get("tid").intValue() - 1;
            double from = event.get("ts").asDouble();
            double to = from + event.get("dur").asDouble();
            assertTrue(from >= ends.getOrDefault(cpu, 0.0) - 1e-6, "slices of a track nest");
            ends.put(cpu, to);
            runs.add(
                    List.of(
                            cpu,
                            event.get("args").get("task").intValue(),
                            Math.round(from * 1000),
                            Math.round(to * 1000)));
        }
        assertEquals(
                schedule.runs().stream()
                        .map(r -> List.<Object>of(r.cpu(), r.pid(), r.fromNs(), r.toNs()))
                        .toList(),
                runs);
    }

    @Test
    void anEmptyScheduleIsATraceWithoutSlices() throws Exception {
        JsonNode trace = written(new Schedule.Builder().build("recorded", 1, 0));
        Map<String, Integer> kinds = new HashMap<>();
        trace.get("traceEvents").forEach(e -> kinds.merge(e.get("ph").asText(), 1, Integer::sum));
        assertEquals(Map.of("M", 2), kinds);
    }
}
