package org.schedbook.schedule;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;

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

    /** Writes a schedule. */
    public static void write(Schedule schedule, Writer out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeStringField("displayTimeUnit", "ns");
            json.writeArrayFieldStart("traceEvents");
            name(json, "process_name", FIRST_TID, schedule.source());
            for (int cpu = 0; cpu < schedule.nrCpus(); cpu++) {
                name(json, "thread_name", FIRST_TID + cpu, "CPU " + cpu);
            }
            for (Schedule.Run run : schedule.runs()) {
                json.writeStartObject();
                json.writeStringField("name", comm(schedule, run.pid()));
                json.writeStringField("cat", run.moved() ? "sched,migrated" : "sched");
                json.writeStringField("ph", "X");
                json.writeNumberField("ts", run.fromNs() / NS_PER_US);
                json.writeNumberField("dur", (run.ns()) / NS_PER_US);
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

    private static String comm(Schedule schedule, int pid) {
        Schedule.Task task = schedule.tasks().get(pid);
        return task == null ? "task " + pid : task.comm();
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
