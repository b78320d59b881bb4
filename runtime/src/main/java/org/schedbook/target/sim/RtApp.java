package org.schedbook.target.sim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A workload from a file of <a href="https://github.com/scheduler-tools/rt-app">rt-app</a>.
 *
 * <p>Understood are, in a task or its phases: {@code run}, {@code runtime}, {@code sleep}, {@code
 * timer}, {@code lock}, {@code unlock}, {@code suspend}, {@code resume}, {@code yield} and {@code
 * fork}, each with any suffix and as often as wanted; {@code loop}, {@code instance}, {@code
 * priority}, {@code cpus}, {@code delay}; and {@code duration} of {@code global}. Times are in
 * microseconds, durations in seconds. Whatever else a task holds is an error, so that no file means
 * less here than it says.
 *
 * @param workload the tasks
 * @param durationNs when the file says to end, {@code Long.MAX_VALUE} if it does not
 */
public record RtApp(SimWorkload workload, long durationNs) {

    /**
     * Reads a file.
     *
     * @throws IOException if it can not be read
     * @throws FormatException if it is malformed, or asks for what the simulator does not do
     */
    public static RtApp read(Path file) throws IOException, FormatException {
        try (Reader in = Files.newBufferedReader(file)) {
            return read(file.getFileName().toString(), in);
        }
    }

    /** Reads from elsewhere; the name appears in messages and is the workload's. */
    public static RtApp read(String name, Reader in) throws IOException, FormatException {
        var factory = JsonFactory.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();
        try (JsonParser json = factory.createParser(in)) {
            return new File(name, json).read();
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            // Jackson goes on to say where it read from, which is known here.
            throw new FormatException(name, line, e.getOriginalMessage().split(" \\(for ")[0]);
        }
    }

    /** Reads in one pass: rt-app gives meaning to the order of keys and to their repetition. */
    private static final class File {

        private static final long NS_PER_US = 1000;
        private static final double NS_PER_S = 1e9;

        private final String name;
        private final JsonParser json;
        private final SimWorkload.Builder workload;
        private final Map<String, Integer> locks = new LinkedHashMap<>();
        private final Map<String, Integer> waitQueues = new LinkedHashMap<>();
        private final Map<String, SimWorkload.TaskSpec> tasks = new LinkedHashMap<>();
        private final Map<String, Integer> instances = new LinkedHashMap<>();
        private final Map<String, Integer> forkLines = new LinkedHashMap<>();
        private final Set<String> forked = new LinkedHashSet<>();
        private long durationNs = Long.MAX_VALUE;

        File(String name, JsonParser json) {
            this.name = name;
            this.json = json;
            this.workload = SimWorkload.named(name);
        }

        RtApp read() throws IOException, FormatException {
            json.nextToken();
            expectObject("the file");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                json.nextToken();
                switch (key) {
                    case "tasks" -> readTasks();
                    case "global" -> readGlobal();
                    default -> json.skipChildren();
                }
            }
            for (String fork : forked) {
                if (!tasks.containsKey(fork)) {
                    throw new FormatException(
                            name, forkLines.get(fork), "there is no task " + fork + " to fork");
                }
                workload.template(tasks.get(fork));
            }
            tasks.forEach(
                    (task, spec) -> {
                        for (int i = 0; i < instances.get(task); i++) {
                            workload.task(spec);
                        }
                    });
            if (instances.values().stream().allMatch(nr -> nr == 0)) {
                throw wrong("there are no tasks");
            }
            return new RtApp(workload.build(), durationNs);
        }

        private void readGlobal() throws IOException, FormatException {
            expectObject("global");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                json.nextToken();
                if (key.equals("duration")) {
                    double seconds = number("duration", -1, 1e9);
                    durationNs = seconds < 0 ? Long.MAX_VALUE : (long) (seconds * NS_PER_S);
                } else {
                    json.skipChildren();
                }
            }
        }

        private void readTasks() throws IOException, FormatException {
            expectObject("tasks");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String task = json.currentName();
                if (tasks.containsKey(task)) {
                    throw wrong("there is a task " + task + " already");
                }
                json.nextToken();
                readTask(task);
            }
        }

        private void readTask(String task) throws IOException, FormatException {
            expectObject("task " + task);
            long loops = -1;
            int weight = 100;
            long delayNs = 0;
            List<Integer> cpus = List.of();
            instances.put(task, 1);
            // The loop count may come after what it repeats.
            var steps = new ArrayList<Step>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                json.nextToken();
                switch (key) {
                    case "instance" -> instances.put(task, (int) number(key, 0, 1e6));
                    case "loop" -> loops = loops(key);
                    case "priority" -> weight = weight((int) number(key, -20, 19));
                    case "delay" -> delayNs = (long) number(key, 0, 1e12) * NS_PER_US;
                    case "cpus" -> cpus = cpus();
                    case "policy" -> checkPolicy();
                    case "phases" -> readPhases(task, steps);
                    default -> steps.add(step(task, key));
                }
            }
            if (steps.isEmpty()) {
                throw wrong("task " + task + " does nothing");
            }
            var program = Program.start();
            repeat(program, loops, steps);
            tasks.put(
                    task,
                    new SimWorkload.TaskSpec(task, 1, weight, cpus, delayNs, program.build()));
        }

        private static void repeat(Program.Builder program, long loops, List<Step> steps) {
            if (loops < 0) {
                program.forever();
            } else {
                program.loop(loops);
            }
            steps.forEach(step -> step.addTo(program));
            program.end();
        }

        private void readPhases(String task, List<Step> steps) throws IOException, FormatException {
            expectObject("phases");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String phase = json.currentName();
                json.nextToken();
                expectObject("phase " + phase);
                long loops = 1;
                var inPhase = new ArrayList<Step>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String key = json.currentName();
                    json.nextToken();
                    if (key.equals("loop")) {
                        loops = loops(key);
                    } else {
                        inPhase.add(step(task, key));
                    }
                }
                if (inPhase.isEmpty()) {
                    throw wrong("phase " + phase + " does nothing");
                }
                long times = loops;
                steps.add(program -> repeat(program, times, inPhase));
            }
        }

        private interface Step {
            void addTo(Program.Builder program);
        }

        private Step step(String task, String key) throws IOException, FormatException {
            if (key.startsWith("run")) {
                // Both "run" and "runtime": a CPU here always has the same speed.
                return time(key, Program.Builder::run);
            }
            if (key.startsWith("sleep")) {
                return time(key, Program.Builder::sleep);
            }
            if (key.startsWith("timer")) {
                return timer(key);
            }
            if (key.startsWith("lock")) {
                int lock = locks.computeIfAbsent(text(key), any -> workload.lock());
                return program -> program.lock(lock);
            }
            if (key.startsWith("unlock")) {
                int lock = locks.computeIfAbsent(text(key), any -> workload.lock());
                return program -> program.unlock(lock);
            }
            if (key.startsWith("suspend")) {
                String who = text(key);
                int queue = waitQueue(who.isEmpty() ? task : who);
                return program -> program.await(queue);
            }
            if (key.startsWith("resume")) {
                int queue = waitQueue(text(key));
                return program -> program.wake(queue, 1);
            }
            if (key.startsWith("yield")) {
                json.skipChildren();
                return Program.Builder::yieldCpu;
            }
            if (key.startsWith("fork")) {
                String child = text(key);
                forked.add(child);
                forkLines.putIfAbsent(child, json.currentTokenLocation().getLineNr());
                int template = List.copyOf(forked).indexOf(child);
                return program -> program.fork(template);
            }
            throw wrong("the simulator does not know what " + key + " is");
        }

        private int waitQueue(String task) {
            return waitQueues.computeIfAbsent(task, any -> workload.waitQueue());
        }

        private interface Timed {
            Program.Builder add(Program.Builder program, long ns);
        }

        private Step time(String key, Timed timed) throws IOException, FormatException {
            long ns = (long) number(key, 1, 1e12) * NS_PER_US;
            return program -> timed.add(program, ns);
        }

        private Step timer(String key) throws IOException, FormatException {
            expectObject(key);
            long periodNs = 0;
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("period")) {
                    periodNs = (long) number(field, 1, 1e12) * NS_PER_US;
                } else {
                    json.skipChildren();
                }
            }
            if (periodNs == 0) {
                throw wrong(key + " has no period");
            }
            long ns = periodNs;
            return program -> program.period(ns);
        }

        private List<Integer> cpus() throws IOException, FormatException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw wrong("cpus is an array of numbers");
            }
            var cpus = new ArrayList<Integer>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                cpus.add((int) number("cpus", 0, 1e6));
            }
            return cpus;
        }

        private void checkPolicy() throws IOException, FormatException {
            String policy = text("policy");
            if (!policy.equals("SCHED_OTHER") && !policy.equals("SCHED_BATCH")) {
                throw wrong(policy + " is not simulated, only what sched_ext schedules is");
            }
        }

        private long loops(String key) throws IOException, FormatException {
            long loops = (long) number(key, -1, 1e12);
            if (loops == 0) {
                throw wrong("loop is -1, or 1 or more");
            }
            return loops;
        }

        /** A step of nice is a factor of 1.25, 100 being nice 0. */
        private static int weight(int nice) {
            return (int) Math.max(1, Math.round(100 * StrictMath.pow(1.25, -nice)));
        }

        private String text(String key) throws IOException, FormatException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw wrong(key + " is a string");
            }
            return json.getText();
        }

        private double number(String key, double from, double to)
                throws IOException, FormatException {
            if (!json.currentToken().isNumeric()) {
                throw wrong(key + " is a number");
            }
            double value = json.getDoubleValue();
            if (!(value >= from && value <= to)) {
                throw wrong("%s is from %.0f to %.0f".formatted(key, from, to));
            }
            return value;
        }

        private void expectObject(String what) throws FormatException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw wrong(what + " is not an object");
            }
        }

        private FormatException wrong(String reason) {
            return new FormatException(name, json.currentTokenLocation().getLineNr(), reason);
        }
    }
}
