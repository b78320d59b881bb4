package org.schedbook.target.sim;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.schedbook.file.ForeignFile;
import org.schedbook.file.JsonTrouble;

/**
 * A workload from a file of <a href="https://github.com/scheduler-tools/rt-app">rt-app</a>, read as
 * rt-app reads it and meaning what it means there.
 *
 * <p>Understood are, in a task or its phases: {@code run}, {@code runtime}, {@code sleep}, {@code
 * timer}, {@code lock}, {@code unlock}, {@code wait}, {@code signal}, {@code broad}, {@code sync},
 * {@code barrier}, {@code sem_post}, {@code sem_wait}, {@code suspend}, {@code resume}, {@code
 * yield} and {@code fork}, each with any suffix and as often as wanted; {@code loop}, {@code
 * instance}, {@code priority}, {@code policy}, {@code cpus}, {@code delay}; and {@code duration}
 * and {@code default_policy} of {@code global}. Times are in microseconds, durations in seconds.
 * Whatever else a task holds is an error, so that no file means less here than it says.
 *
 * @param workload the tasks
 * @param durationNs when the file says to end, {@code Long.MAX_VALUE} if it does not
 */
public record RtApp(SimWorkload workload, long durationNs) {

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final int MAX_BYTES = 64 << 20;

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read
     * @throws FormatException if it is malformed, or asks for what the simulator does not do
     */
    public static RtApp read(Path file) throws IOException, FormatException {
        String name = file.getFileName().toString();
        byte[] bytes = ForeignFile.read(file, MAX_BYTES);
        boolean utf16 = bytes.length > 1 && (bytes[0] & bytes[1] & 0xfe) == 0xfe;
        return read(name, new String(bytes, utf16 ? UTF_16 : UTF_8));
    }

    /** Reads from elsewhere; the name appears in messages and is the workload's. */
    public static RtApp read(String name, Reader in) throws IOException, FormatException {
        return read(name, in.readAllAsString());
    }

    private static RtApp read(String name, String text) throws IOException, FormatException {
        // What json-c takes, the library that rt-app reads with.
        var factory =
                JsonFactory.builder()
                        .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                        .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                        .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
                        .enable(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS)
                        .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                        .build();
        String marked = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        try (JsonParser json = factory.createParser(lowerCaseWords(marked))) {
            return new File(name, json).read();
        } catch (JsonProcessingException e) {
            throw new FormatException(name, JsonTrouble.line(e), JsonTrouble.words(e));
        }
    }

    /** Has {@code True}, {@code FALSE} and {@code Null} in lower case, outside of strings. */
    private static String lowerCaseWords(String text) {
        var out = new StringBuilder(text);
        int start = 0;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == '\\') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                    start = i + 1;
                }
            } else if (text.startsWith("/*", i)) {
                int end = text.indexOf("*/", i + 2);
                i = end < 0 ? text.length() : end + 1;
                start = i + 1;
            } else if (text.startsWith("//", i)) {
                int end = text.indexOf('\n', i);
                i = end < 0 ? text.length() : end;
                start = i + 1;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (!Character.isLetter(c)) {
                start = i + 1;
            } else {
                String word = text.substring(start, i + 1).toLowerCase(Locale.ROOT);
                if (Set.of("true", "false", "null").contains(word)) {
                    out.replace(start, i + 1, word);
                }
            }
        }
        return out.toString();
    }

    /** Reads in one pass: rt-app gives meaning to the order of keys and to their repetition. */
    private static final class File {

        private static final long NS_PER_US = 1000;
        private static final long NS_PER_S = 1_000_000_000;
        private static final long MAX_TIME = 1_000_000_000_000L;
        private static final int MAX_TASKS = 100_000;
        private static final int ALL = Integer.MAX_VALUE;

        /** A round of a loop in which nothing takes time takes a little all the same. */
        private static final long EMPTY_ROUND_NS = 1000;

        /** More posts to a semaphore than there will be. */
        private static final int SEMAPHORE = 1 << 30;

        private static final String OTHER = "SCHED_OTHER";
        private static final String IDLE = "SCHED_IDLE";
        private static final Set<String> POLICIES = Set.of(OTHER, "SCHED_BATCH", IDLE);

        /** The weight of a task of the policy for what is of no importance. */
        private static final int IDLE_WEIGHT = 1;

        private final String name;
        private final JsonParser json;
        private final SimWorkload.Builder workload;
        private final Map<String, Integer> locks = new HashMap<>();
        private final Map<String, Integer> waitQueues = new HashMap<>();
        private final Map<String, Integer> barriers = new HashMap<>();
        private final Map<String, Integer> semaphores = new HashMap<>();

        /** How many tasks meet at each barrier. */
        private final Map<String, Integer> users = new HashMap<>();

        private final Map<String, Integer> sharedTimers = new HashMap<>();
        private final Map<String, Integer> ownTimers = new HashMap<>();

        /** Timers of which one use at least says that they are absolute. */
        private final Set<String> absoluteTimers = new HashSet<>();

        private final Map<String, Draft> tasks = new LinkedHashMap<>();
        private final Map<String, Integer> forks = new LinkedHashMap<>();
        private final Map<String, Integer> forkLines = new HashMap<>();
        private long durationNs = Long.MAX_VALUE;
        private String defaultPolicy = OTHER;
        private int defaultPolicyLine;

        File(String name, JsonParser json) {
            this.name = name;
            this.json = json;
            this.workload = SimWorkload.named(name);
        }

        /** A task as far as it has been read: what others say of it may still come. */
        private static final class Draft {
            final String name;
            final List<Step> steps = new ArrayList<>();
            final Map<String, Integer> barriers = new HashMap<>();
            long loops = -1;
            long instances = 1;
            int nice;
            long delayNs;
            String policy;
            List<Integer> cpus = List.of();

            Draft(String name) {
                this.name = name;
            }
        }

        private interface Step {
            void addTo(Program.Builder program);

            /** Returns whether a loop with nothing else in it gets on. */
            default boolean takesTime() {
                return false;
            }
        }

        /** A step that computes or sleeps. */
        private record Timed(Step step) implements Step {
            @Override
            public void addTo(Program.Builder program) {
                step.addTo(program);
            }

            @Override
            public boolean takesTime() {
                return true;
            }
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
                    case "traceEvents" ->
                            throw new FormatException(name, 1, SchedTraceReader.IN_JSON);
                    default -> json.skipChildren();
                }
            }
            checkDefaultPolicy();
            countUsers();
            for (String fork : forks.keySet()) {
                if (!tasks.containsKey(fork)) {
                    throw new FormatException(
                            name, forkLines.get(fork), "there is no task " + fork + " to fork");
                }
                workload.template(spec(tasks.get(fork)));
            }
            long nrTasks = tasks.values().stream().mapToLong(task -> task.instances).sum();
            if (nrTasks == 0) {
                throw wrong("there are no tasks");
            }
            if (nrTasks > MAX_TASKS) {
                throw wrong(
                        "there are %d tasks, and at most %d are simulated"
                                .formatted(nrTasks, MAX_TASKS));
            }
            for (Draft task : tasks.values()) {
                SimWorkload.TaskSpec spec = spec(task);
                for (long i = 0; i < task.instances; i++) {
                    workload.task(spec);
                }
            }
            return new RtApp(workload.endingAt(durationNs).build(), durationNs);
        }

        private void checkDefaultPolicy() throws FormatException {
            boolean used = tasks.values().stream().anyMatch(task -> task.policy == null);
            if (used && !POLICIES.contains(defaultPolicy)) {
                throw new FormatException(name, defaultPolicyLine, notScheduled(defaultPolicy));
            }
        }

        private static String notScheduled(String policy) {
            return policy + " is not simulated, only what sched_ext schedules is";
        }

        private void countUsers() {
            for (Draft task : tasks.values()) {
                task.barriers.forEach(
                        (barrier, uses) ->
                                users.merge(barrier, (int) (uses * task.instances), Integer::sum));
            }
        }

        private SimWorkload.TaskSpec spec(Draft task) {
            String policy = task.policy == null ? defaultPolicy : task.policy;
            var program = Program.start();
            repeat(program, task.loops, task.steps);
            return new SimWorkload.TaskSpec(
                    task.name,
                    1,
                    policy.equals(IDLE) ? IDLE_WEIGHT : Weights.ofNice(task.nice),
                    task.cpus,
                    task.delayNs,
                    program.build());
        }

        private static void repeat(Program.Builder program, long loops, List<Step> steps) {
            if (loops < 0) {
                program.forever();
            } else {
                program.loop(loops);
            }
            if (steps.stream().noneMatch(Step::takesTime)) {
                program.run(EMPTY_ROUND_NS);
            }
            steps.forEach(step -> step.addTo(program));
            program.end();
        }

        private void readGlobal() throws IOException, FormatException {
            expectObject("global");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                json.nextToken();
                switch (key) {
                    case "duration" -> {
                        long seconds = number(key, -1, 1_000_000_000);
                        durationNs = seconds <= 0 ? Long.MAX_VALUE : seconds * NS_PER_S;
                    }
                    case "default_policy" -> {
                        defaultPolicy = text(key);
                        defaultPolicyLine = line();
                    }
                    default -> json.skipChildren();
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
                tasks.put(task, readTask(task));
            }
        }

        private Draft readTask(String name) throws IOException, FormatException {
            expectObject("task " + name);
            var task = new Draft(name);
            ownTimers.clear();
            boolean phases = false;
            // The loop count may come after what it repeats.
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                json.nextToken();
                switch (key) {
                    case "instance" -> task.instances = number(key, 0, 1_000_000);
                    case "loop" -> task.loops = number(key, -1, MAX_TIME);
                    case "priority" -> task.nice = (int) number(key, -20, 19);
                    case "delay" -> task.delayNs = number(key, 0, MAX_TIME) * NS_PER_US;
                    case "cpus" -> task.cpus = cpus();
                    case "policy" -> task.policy = policy();
                    case "phases" -> {
                        readPhases(task);
                        phases = true;
                    }
                    default -> task.steps.add(step(task, key));
                }
            }
            if (task.steps.isEmpty()) {
                throw wrong("task " + name + " does nothing");
            }
            if (task.loops == 0) {
                // The rounds of phases are counted before one, others after one and never end.
                task.loops = phases ? 1 : -1;
                if (phases) {
                    task.steps.clear();
                }
            }
            return task;
        }

        private void readPhases(Draft task) throws IOException, FormatException {
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
                    switch (key) {
                        case "loop" -> loops = number(key, -1, MAX_TIME);
                        case "cpus", "priority", "policy" ->
                                throw wrong(
                                        "%s of a phase is not simulated, only of a task"
                                                .formatted(key));
                        default -> inPhase.add(step(task, key));
                    }
                }
                if (inPhase.isEmpty()) {
                    throw wrong("phase " + phase + " does nothing");
                }
                long times = loops == 0 ? -1 : loops;
                task.steps.add(new Timed(program -> repeat(program, times, inPhase)));
            }
        }

        private Step step(Draft task, String key) throws IOException, FormatException {
            if (key.startsWith("runtime")) {
                return time(key, Program.Builder::runSpan);
            }
            if (key.startsWith("run")) {
                return time(key, Program.Builder::run);
            }
            if (key.startsWith("sleep")) {
                return time(key, Program.Builder::sleep);
            }
            if (key.startsWith("timer")) {
                return timer(task, key);
            }
            if (key.startsWith("lock")) {
                int lock = lock(text(key));
                return program -> program.lock(lock);
            }
            if (key.startsWith("unlock")) {
                int lock = lock(text(key));
                return program -> program.release(lock);
            }
            if (key.startsWith("wait") || key.startsWith("sync")) {
                return condition(key);
            }
            if (key.startsWith("signal")) {
                int queue = waitQueue(text(key));
                return program -> program.wake(queue, 1);
            }
            if (key.startsWith("broad")) {
                int queue = waitQueue(text(key));
                return program -> program.wake(queue, ALL);
            }
            if (key.startsWith("barrier")) {
                String barrier = text(key);
                task.barriers.merge(barrier, 1, Integer::sum);
                int queue = barriers.computeIfAbsent(barrier, _ -> workload.waitQueue());
                // Tasks that only others fork do not count, as rt-app has it.
                return program -> program.barrier(queue, Math.max(1, users.get(barrier)));
            }
            if (key.startsWith("sem_post") || key.startsWith("sem_wait")) {
                int pipe = semaphores.computeIfAbsent(text(key), _ -> workload.pipe(SEMAPHORE, 0));
                return key.startsWith("sem_post")
                        ? program -> program.send(pipe)
                        : program -> program.receive(pipe);
            }
            if (key.startsWith("suspend")) {
                // Its value is ignored: who suspends itself is woken by its own name.
                json.skipChildren();
                int queue = waitQueue(task.name);
                return program -> program.awaitAtOnce(queue);
            }
            if (key.startsWith("resume")) {
                int queue = waitQueue(text(key));
                return program -> program.wake(queue, ALL);
            }
            if (key.startsWith("yield")) {
                json.skipChildren();
                return Program.Builder::yieldCpu;
            }
            if (key.startsWith("fork")) {
                String child = text(key);
                forkLines.putIfAbsent(child, line());
                int template = forks.computeIfAbsent(child, _ -> forks.size());
                return program -> program.fork(template);
            }
            throw wrong("the simulator does not know what " + key + " is");
        }

        private int lock(String mutex) {
            return locks.computeIfAbsent(mutex, _ -> workload.lock());
        }

        private int waitQueue(String condition) {
            return waitQueues.computeIfAbsent(condition, _ -> workload.waitQueue());
        }

        private Step time(String key, BiConsumer<Program.Builder, Long> timed)
                throws IOException, FormatException {
            long ns = number(key, 0, MAX_TIME) * NS_PER_US;
            return ns == 0 ? _ -> {} : new Timed(program -> timed.accept(program, ns));
        }

        private Step condition(String key) throws IOException, FormatException {
            Map<String, String> fields = texts(key, "ref", "mutex");
            int queue = waitQueue(fields.getOrDefault("ref", "unknown"));
            int lock = lock(fields.getOrDefault("mutex", "unknown"));
            boolean signals = key.startsWith("sync");
            return program -> {
                if (signals) {
                    program.wake(queue, 1);
                }
                program.releaseAndAwait(lock, queue).lock(lock);
            };
        }

        private Step timer(Draft task, String key) throws IOException, FormatException {
            expectObject(key);
            long periodNs = 0;
            String ref = "unknown";
            boolean absolute = false;
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "period" -> periodNs = number(field, 0, MAX_TIME) * NS_PER_US;
                    case "ref" -> ref = text(field);
                    case "mode" -> absolute = text(field).startsWith("absolute");
                    default -> json.skipChildren();
                }
            }
            boolean shared = !ref.startsWith("unique");
            int timer =
                    shared
                            ? sharedTimers.computeIfAbsent(ref, _ -> workload.timer())
                            : ownTimers.computeIfAbsent(ref, _ -> ownTimers.size());
            // The mode is the timer's, though each use may name it.
            String whose = shared ? ref : task.name + '\0' + ref;
            if (absolute) {
                absoluteTimers.add(whose);
            }
            long ns = periodNs;
            Step step = program -> program.timer(timer, shared, absoluteTimers.contains(whose), ns);
            return ns == 0 ? step : new Timed(step);
        }

        private Map<String, String> texts(String key, String... names)
                throws IOException, FormatException {
            expectObject(key);
            var texts = new HashMap<String, String>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                if (List.of(names).contains(field)) {
                    texts.put(field, text(field));
                } else {
                    json.skipChildren();
                }
            }
            return texts;
        }

        private List<Integer> cpus() throws IOException, FormatException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw wrong("cpus is an array of numbers");
            }
            var cpus = new ArrayList<Integer>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                cpus.add((int) number("cpus", 0, 1_000_000));
            }
            return cpus;
        }

        private String policy() throws IOException, FormatException {
            String policy = text("policy");
            if (!POLICIES.contains(policy)) {
                throw wrong(notScheduled(policy));
            }
            return policy;
        }

        private String text(String key) throws IOException, FormatException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw wrong(key + " is a string");
            }
            return json.getText();
        }

        private long number(String key, long from, long to) throws IOException, FormatException {
            if (!json.currentToken().isNumeric()) {
                throw wrong(key + " is a number");
            }
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw wrong("%s is a whole number, and %s is not".formatted(key, json.getText()));
            }
            double value = json.getDoubleValue();
            if (!(value >= from && value <= to)) {
                throw wrong("%s is from %d to %d".formatted(key, from, to));
            }
            return json.getLongValue();
        }

        private void expectObject(String what) throws FormatException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw wrong(what + " is not an object");
            }
        }

        private int line() {
            return json.currentTokenLocation().getLineNr();
        }

        private FormatException wrong(String reason) {
            return new FormatException(name, line(), reason);
        }
    }
}
