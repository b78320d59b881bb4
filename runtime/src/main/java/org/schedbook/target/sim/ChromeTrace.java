package org.schedbook.target.sim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.HashMap;
import java.util.Map;

/**
 * A schedule in the Trace Event Format (JSON) that <a href="https://ui.perfetto.dev">Perfetto</a>
 * and {@code chrome://tracing} open: a track for each CPU, a slice for each run of a task.
 */
public final class ChromeTrace {

    /** The format's clock is in microseconds. */
    private static final double NS_PER_US = 1000;

    /** Not 0: Perfetto takes process 0 and thread 0 for the idle task of each CPU. */
    private static final int PID = 1;

    private static final int FIRST_TID = 1;

    /** Writes the part of a run that its trace holds. */
    public static void write(SimResult result, Writer out) throws IOException {
        Map<Integer, String> comms = new HashMap<>();
        result.tasks().forEach(task -> comms.put(task.pid(), task.comm()));
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeStringField("displayTimeUnit", "ns");
            json.writeArrayFieldStart("traceEvents");
            name(json, "process_name", FIRST_TID, result.workload());
            for (SimResult.CpuResult cpu : result.cpus()) {
                name(json, "thread_name", FIRST_TID + cpu.id(), "CPU " + cpu.id());
            }
            for (SimResult.Run run : result.schedule()) {
                json.writeStartObject();
                json.writeStringField("name", comms.getOrDefault(run.pid(), "policy-loop"));
                json.writeStringField("cat", run.migrated() ? "sched,migrated" : "sched");
                json.writeStringField("ph", "X");
                json.writeNumberField("ts", run.fromNs() / NS_PER_US);
                json.writeNumberField("dur", (run.toNs() - run.fromNs()) / NS_PER_US);
                json.writeNumberField("pid", PID);
                json.writeNumberField("tid", FIRST_TID + run.cpu());
                json.writeObjectFieldStart("args");
                json.writeNumberField("task", run.pid());
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void name(JsonGenerator json, String what, int tid, String name)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", what);
        json.writeStringField("ph", "M");
        json.writeNumberField("pid", PID);
        json.writeNumberField("tid", tid);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private ChromeTrace() {}
}
