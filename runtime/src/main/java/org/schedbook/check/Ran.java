package org.schedbook.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.schedbook.schedule.Letters;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.schedule.Schedule.Wait;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.sim.SimTarget;

/**
 * A schedule, to be asked and held to what is expected of it. Methods that expect something return
 * this, so that one may follow another, or throw {@link CheckFailed}; all of them expect {@link
 * #clean} first. Times are in ms. A name is that of a task, or of several: {@code hog} also means
 * {@code hog.1} and {@code hog.2}.
 */
public final class Ran {

    private static final double NS_PER_MS = 1e6;

    /** What a skeleton throws in place of what is to be written. */
    private static final String NOT_WRITTEN =
            UnsupportedOperationException.class.getName() + ": Not written yet.";

    /** What is shown of a schedule before and after a difference. */
    private static final long AROUND_NS = 10_000_000;

    /** A slice longer than a year has no end. */
    private static final long ENDLESS_NS = 1L << 55;

    /** More of a table than this is left out around what is off. */
    private static final int ROWS = 16;

    private static final int TURNS_BEFORE = 3;
    private static final int TURNS_AFTER = 5;

    private static final List<String> MORE = List.of("…", "...");

    private final String policy;
    private final Schedule schedule;
    private final SimResult result;
    private final String again;
    private final double tickMs;
    private final Map<String, List<String>> processes;
    private final String because;
    private final String hint;

    private final Map<String, RanTask> tasks = new LinkedHashMap<>();
    private final Map<Integer, String> names = new HashMap<>();
    private final List<Run> turns;
    private final List<Wait> waits;

    private Ran(
            String policy,
            Schedule schedule,
            SimResult result,
            String again,
            double tickMs,
            Map<String, List<String>> processes,
            String because,
            String hint) {
        this.policy = policy;
        this.schedule = schedule;
        this.result = result;
        this.again = again;
        this.tickMs = tickMs;
        this.processes = processes;
        this.because = because;
        this.hint = hint;
        this.turns = Turns.of(schedule);
        this.waits = schedule.waits();
        Map<Integer, List<Run>> turnsOf = turns.stream().collect(Collectors.groupingBy(Run::pid));
        Map<Integer, List<Wait>> waitsOf = waits.stream().collect(Collectors.groupingBy(Wait::pid));
        var inOrder = new ArrayList<>(schedule.tasks().values());
        inOrder.sort(Comparator.comparingInt(Schedule.Task::pid));
        Map<String, Long> namesakes =
                inOrder.stream()
                        .collect(Collectors.groupingBy(Schedule.Task::comm, Collectors.counting()));
        for (Schedule.Task task : inOrder) {
            String name = namesakes.get(task.comm()) == 1 ? task.comm() : task.toString();
            names.put(task.pid(), name);
            tasks.put(
                    name,
                    new RanTask(
                            name,
                            schedule,
                            task,
                            turnsOf.getOrDefault(task.pid(), List.of()),
                            waitsOf.getOrDefault(task.pid(), List.of())));
        }
    }

    static Ran of(String policy, SimResult result, String again, double tickMs) {
        return new Ran(policy, result.schedule(), result, again, tickMs, Map.of(), "", "");
    }

    static Ran of(Schedule schedule) {
        var ran = new Ran("the scheduler", schedule, null, "", 0, Map.of(), "", "");
        return ran.withProcesses(ran.processes());
    }

    /** The names of the tasks of each process, as far as it is known; it is called as its first. */
    private Map<String, List<String>> processes() {
        var first = new HashMap<Integer, String>();
        var processes = new LinkedHashMap<String, List<String>>();
        for (RanTask task : tasks.values()) {
            int tgid = schedule.tasks().get(task.pid()).tgid();
            if (tgid != Schedule.NO_TGID) {
                String name = first.computeIfAbsent(tgid, _ -> task.name());
                processes.computeIfAbsent(name, _ -> new ArrayList<>()).add(task.name());
            }
        }
        return processes;
    }

    Ran withProcesses(Map<String, List<String>> processes) {
        return new Ran(policy, schedule, result, again, tickMs, processes, because, hint);
    }

    /** Says why the next thing is expected: a sentence for whoever reads that it does not hold. */
    public Ran because(String reason) {
        return new Ran(policy, schedule, result, again, tickMs, processes, reason, hint);
    }

    /** Says what to look at if the next thing does not hold, in place of what Schedbook guesses. */
    public Ran hint(String advice) {
        return new Ran(policy, schedule, result, again, tickMs, processes, because, advice);
    }

    /** Without what was said for the last thing that was expected. */
    private Ran next() {
        return because.isEmpty() && hint.isEmpty()
                ? this
                : new Ran(policy, schedule, result, again, tickMs, processes, "", "");
    }

    /**
     * Returns the part between two times, which begins at 0 again.
     *
     * @throws IllegalArgumentException if there is nothing between them
     */
    public Ran between(double fromMs, double toMs) {
        long from = Work.nanoseconds(fromMs);
        long to = Math.min(Work.nanoseconds(toMs), schedule.endNs());
        if (to <= from) {
            throw new IllegalArgumentException(
                    "between(%s, %s): the schedule is from 0 to %s ms"
                            .formatted(
                                    Work.plain(fromMs),
                                    Work.plain(toMs),
                                    Bound.number(schedule.endNs() / NS_PER_MS)));
        }
        clean();
        return new Ran(
                policy, schedule.between(from, to), null, again, tickMs, processes, because, hint);
    }

    // ---- What there is --------------------------------------------------------------------

    public Schedule schedule() {
        return schedule;
    }

    /** Returns what the simulator says of it, empty if it comes from elsewhere or is a part. */
    public Optional<SimResult> result() {
        return Optional.ofNullable(result);
    }

    /** Returns the name of the policy. */
    public String policy() {
        return policy;
    }

    /**
     * Returns a task.
     *
     * @param name one of {@link #names}
     * @throws IllegalArgumentException if there is none of that name
     */
    public RanTask task(String name) {
        RanTask task = tasks.get(name);
        if (task == null) {
            throw unknown(name);
        }
        return task;
    }

    /**
     * Returns the tasks of a name: that one, or {@code hog.1}, {@code hog.2}, ... of {@code hog}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public List<RanTask> tasks(String name) {
        if (tasks.containsKey(name)) {
            return List.of(tasks.get(name));
        }
        List<RanTask> several =
                tasks.values().stream()
                        .filter(task -> task.name().matches("\\Q" + name + "\\E(\\.\\d+| \\d+)"))
                        .toList();
        if (several.isEmpty()) {
            throw unknown(name);
        }
        return several;
    }

    private IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(
                "there is no task '%s'; there are: %s"
                        .formatted(
                                name,
                                tasks.keySet().stream()
                                        .limit(ROWS)
                                        .collect(Collectors.joining(", "))));
    }

    /** Returns the names of all tasks. */
    public Collection<String> names() {
        return List.copyOf(tasks.keySet());
    }

    /** Returns when it ended. */
    public double endMs() {
        return schedule.endNs() / NS_PER_MS;
    }

    /** Returns which task had a turn after which, over all CPUs, by their starts. */
    public List<String> order() {
        return turns.stream().map(run -> names.get(run.pid())).toList();
    }

    public double meanTurnaroundMs() {
        return mean(RanTask::turnaroundMs);
    }

    public double meanWaitMs() {
        return mean(RanTask::waitMs);
    }

    public double meanResponseMs() {
        return mean(RanTask::responseMs);
    }

    private double mean(ToDoubleFunction<RanTask> figure) {
        return tasks.values().stream().mapToDouble(figure).average().orElse(0);
    }

    public double longestWaitMs() {
        return tasks.values().stream().mapToDouble(RanTask::longestWaitMs).max().orElse(0);
    }

    /** Returns how often a CPU went to a task from another one, or from being idle. */
    public int switches() {
        return turns.size();
    }

    /** Returns how often tasks ran on another CPU than before. */
    public int migrations() {
        return tasks.values().stream().mapToInt(RanTask::migrations).sum();
    }

    /** Returns for how long CPUs were idle, summed up, while a task waited that may use them. */
    public double idleBesideWorkMs() {
        return IdleBesideWork.totalNs(schedule, waits) / NS_PER_MS;
    }

    /** Returns a hash of all that happened: equal schedules have equal digests. */
    public long digest() {
        return result == null ? schedule.hashCode() : result.digest();
    }

    // ---- What is expected -------------------------------------------------------------------

    /**
     * Expects that there are tasks, that the policy throws, forgets, bounces and duplicates
     * nothing, that the run ends as it is to, and that nobody starves. Without this nothing else
     * means anything.
     */
    public Ran clean() {
        if (!schedule.gaps().isEmpty()) {
            throw basic(
                    "the whole schedule is known",
                    "Some of it is missing: " + schedule.gaps().getFirst() + ".",
                    result == null
                            ? "Record something shorter."
                            : "Make the run shorter: until(…), or fewer tasks.");
        }
        if (result == null) {
            if (schedule.tasks().isEmpty()) {
                throw basic(
                        "there are tasks",
                        "There is none in this schedule.",
                        "Simulate or record something that runs.");
            }
            return next();
        }
        if (!result.faults().isEmpty()) {
            var fault = result.faults().getFirst();
            String what = fault.sentence(); // an exception's message may have its full stop
            if (fault.message().equals(NOT_WRITTEN)) {
                throw basic(
                        "%s is written".formatted(policy),
                        "%s() still throws what stands there to be replaced."
                                .formatted(fault.callback()),
                        "Write %s(), in place of line %d."
                                .formatted(fault.callback(), fault.line()));
            }
            throw basic(
                    "%s does nothing wrong".formatted(policy),
                    "It did, in %s%s".formatted(what, what.endsWith(".") ? "" : "."),
                    Hints.fault(fault));
        }
        if (result.outcome() != Outcome.COMPLETED && result.outcome() != Outcome.DURATION) {
            throw basic("the run ends", SimTarget.describe(result), Hints.outcome(result));
        }
        for (String counter :
                List.of(
                        "nr_forgotten",
                        "nr_bounce_dispatches",
                        "nr_duplicate",
                        "nr_policy_errors")) {
            long nr = result.counters().getOrDefault(counter, 0L);
            if (nr > 0) {
                throw basic(
                        "%s does nothing wrong".formatted(policy),
                        "The counter %s is %d.".formatted(counter, nr),
                        Hints.counter(counter));
            }
        }
        for (SimResult.Finding finding : result.findings()) {
            if (finding.kind() == SimResult.Finding.Kind.STARVATION) {
                throw starved(finding);
            }
        }
        return next();
    }

    private CheckFailed basic(String expected, String seen, String advice) {
        // What was to be said of the next thing does not fit: this is about something else.
        return new CheckFailed(
                Failure.of("Expected: %s. %s".formatted(expected, seen))
                        .hint(advice)
                        .again(again)
                        .first());
    }

    private CheckFailed starved(SimResult.Finding finding) {
        RanTask task = tasks.get(names.get(finding.pid()));
        Wait longest = task.waits().stream().max(Comparator.comparingLong(Wait::ns)).orElseThrow();
        return fail(
                Failure.of(
                                "Expected: nobody starves. %s could run and did not for %s, from %s on."
                                        .formatted(
                                                task.name(),
                                                ms(longest.ns()),
                                                ms(longest.fromNs())))
                        .cut(around(longest.fromNs()))
                        .decided(decided(longest.pid(), longest.fromNs()))
                        .hint(Hints.wait(task.name()))
                        .first());
    }

    /**
     * Expects tasks to have CPUs in an order.
     *
     * @param turns names with spaces between, or letters without if each is a name; {@code …} at
     *     the end leaves open what follows
     */
    public Ran order(String turns) {
        clean();
        List<String> expected = new ArrayList<>(names(turns));
        boolean open = !expected.isEmpty() && MORE.contains(expected.getLast());
        if (open) {
            expected.removeLast();
        }
        if (expected.isEmpty()) {
            throw new IllegalArgumentException(
                    "order(\"%s\") names no task; there are: %s"
                            .formatted(turns, String.join(", ", tasks.keySet())));
        }
        expected.forEach(this::task);
        List<String> actual = order();
        int same = 0;
        while (same < Math.min(expected.size(), actual.size())
                && expected.get(same).equals(actual.get(same))) {
            same++;
        }
        if (same == expected.size() && (open || same == actual.size())) {
            return next();
        }
        throw outOfOrder(expected, actual, same, open);
    }

    private List<String> names(String text) {
        String stripped = text.strip();
        boolean words =
                stripped.chars().anyMatch(Character::isWhitespace) || tasks.containsKey(stripped);
        if (words) {
            return List.of(stripped.split("\\s+"));
        }
        String letters = stripped.replace("...", "…");
        return letters.codePoints().mapToObj(Character::toString).toList();
    }

    private CheckFailed outOfOrder(
            List<String> expected, List<String> actual, int at, boolean open) {
        var table = new ArrayList<List<String>>();
        table.add(List.of("turn", "at", "expected", "actual", ""));
        int last = Math.min(Math.max(expected.size(), actual.size()), at + TURNS_AFTER);
        for (int i = Math.max(0, at - TURNS_BEFORE); i < last; i++) {
            String wanted = i < expected.size() ? expected.get(i) : open ? "" : "(the end)";
            String seen = i < actual.size() ? actual.get(i) : "(the end)";
            table.add(
                    List.of(
                            String.valueOf(i + 1),
                            i < turns.size() ? ms(turns.get(i).fromNs()) : "",
                            wanted,
                            seen,
                            i == at ? "<<<" : ""));
        }
        String separator = tasks.keySet().stream().allMatch(name -> name.length() == 1) ? "" : " ";
        long time = at < turns.size() ? turns.get(at).fromNs() : schedule.endNs();
        int pid = at < turns.size() ? turns.get(at).pid() : tasks.get(expected.get(at)).pid();
        return fail(
                Failure.of(
                                "Expected: tasks run as %s, and they ran as %s."
                                        .formatted(
                                                shown(expected, separator) + (open ? "…" : ""),
                                                shown(actual, separator)))
                        .table(table)
                        .cut(around(time))
                        .decided(decided(pid, time))
                        .hint(Hints.order(expected, actual, turns, tickMs)));
    }

    private static String shown(List<String> names, String separator) {
        String all = names.stream().limit(40).collect(Collectors.joining(separator));
        return all + (names.size() > 40 ? separator + "…" : "");
    }

    /**
     * Expects tasks to share their CPU time in a proportion.
     *
     * @param parts by the tasks' names, such as 1, 2 and 3; what other tasks had does not count
     */
    public Ran shares(Map<String, ? extends Number> parts, Within tolerance) {
        clean();
        var expected = new LinkedHashMap<String, Double>();
        var ran = new LinkedHashMap<String, Double>();
        // In the order of the load: a Map.of has none.
        for (String name : ordered(parts.keySet())) {
            expected.put(name, parts.get(name).doubleValue());
            ran.put(name, tasks(name).stream().mapToDouble(RanTask::runMs).sum());
        }
        return shares("tasks", expected, ran, tolerance);
    }

    private List<String> ordered(Collection<String> some) {
        var place = new HashMap<String, Integer>();
        for (String name : some) {
            place.put(name, tasks(name).getFirst().pid());
        }
        return some.stream().sorted(Comparator.comparing(place::get)).toList();
    }

    /** Expects all tasks to share their CPU time in the proportion of their weights. */
    public Ran sharesByWeight(Within tolerance) {
        clean();
        tasks.values().stream()
                .filter(task -> task.weight() == Schedule.NO_WEIGHT)
                .findFirst()
                .ifPresent(this::requireWeight);
        var weights = new LinkedHashMap<String, Integer>();
        tasks.values().forEach(task -> weights.put(task.name(), task.weight()));
        return shares(weights, tolerance);
    }

    private void requireWeight(RanTask unknown) {
        throw basic(
                "the weights are known",
                "That of %s is not.".formatted(unknown.name()),
                "Give the parts by name: shares(Map.of(…), …).");
    }

    /**
     * Expects processes to share their CPU time in a proportion, however many tasks each has.
     *
     * @param parts by the names given with {@link Work#process}
     */
    public Ran processShares(Map<String, ? extends Number> parts, Within tolerance) {
        clean();
        var expected = new LinkedHashMap<String, Double>();
        var ran = new LinkedHashMap<String, Double>();
        for (String name : new TreeSet<>(parts.keySet())) {
            List<String> of = processes.get(name);
            if (of == null) {
                throw new IllegalArgumentException(
                        "there is no process '%s'; there are: %s"
                                .formatted(name, String.join(", ", processes.keySet())));
            }
            expected.put(name, parts.get(name).doubleValue());
            ran.put(name, of.stream().mapToDouble(each -> task(each).runMs()).sum());
        }
        return shares("processes", expected, ran, tolerance);
    }

    private Ran shares(
            String what, Map<String, Double> parts, Map<String, Double> ran, Within tolerance) {
        double all = ran.values().stream().mapToDouble(Double::doubleValue).sum();
        double whole = parts.values().stream().mapToDouble(Double::doubleValue).sum();
        if (parts.size() < 2 || !(whole > 0) || parts.values().stream().anyMatch(p -> p < 0)) {
            throw new IllegalArgumentException(
                    "%s are no parts: it takes two, none below 0, and one above".formatted(parts));
        }
        var table = new ArrayList<List<String>>();
        table.add(List.of(what, "part", "expected", "actual", "ran", ""));
        boolean off = false;
        for (var entry : parts.entrySet()) {
            double expected = entry.getValue() / whole;
            double actual = all == 0 ? 0 : ran.get(entry.getKey()) / all;
            Bound bound = new Bound(expected - tolerance.part(), expected + tolerance.part());
            off |= !bound.allows(actual);
            double missing = (expected - actual) * all;
            table.add(
                    List.of(
                            entry.getKey(),
                            Bound.number(entry.getValue()),
                            percent(expected),
                            percent(actual),
                            Bound.number(ran.get(entry.getKey())) + " ms",
                            bound.allows(actual)
                                    ? ""
                                    : "<<< too %s by %s ms"
                                            .formatted(
                                                    missing > 0 ? "little" : "much",
                                                    Bound.number(Math.abs(missing)))));
        }
        if (!off) {
            return next();
        }
        throw fail(
                Failure.of(
                                "Expected: %s share the CPU time as %s, give or take %s of it."
                                        .formatted(
                                                what,
                                                parts.entrySet().stream()
                                                        .map(
                                                                e ->
                                                                        e.getKey()
                                                                                + " "
                                                                                + Bound.number(
                                                                                        e
                                                                                                .getValue()))
                                                        .collect(Collectors.joining(" : ")),
                                                percent(tolerance.part())))
                        .table(shortened(table))
                        .cut(around(schedule.endNs() / 2))
                        .hint(Hints.shares(parts, ran, schedule.nrCpus())));
    }

    /** Expects of the mean of all tasks, from arrival to end. */
    public Ran meanTurnaround(Bound bound) {
        return all("the mean turnaround time", "turnaround", RanTask::turnaroundMs, bound);
    }

    /** Expects of the mean of all tasks, able to run and not running. */
    public Ran meanWait(Bound bound) {
        return all("the mean waiting time", "waited", RanTask::waitMs, bound);
    }

    /** Expects of the mean of all tasks, from arrival to first run. */
    public Ran meanResponse(Bound bound) {
        return all("the mean response time", "response", RanTask::responseMs, bound);
    }

    /** Expects of a task, or each of several, from arrival to end. */
    public Ran turnaround(String name, Bound bound) {
        return each("the turnaround time", name, RanTask::turnaroundMs, bound);
    }

    /** Expects of a task, or each of several, when it first has a CPU. */
    public Ran firstRun(String name, Bound bound) {
        return each("the first run", name, RanTask::firstRunMs, bound);
    }

    /** Expects of a task, or each of several, from arrival to first run. */
    public Ran response(String name, Bound bound) {
        return each("the response time", name, RanTask::responseMs, bound);
    }

    /** Expects of a task, or each of several, how long it has a CPU. */
    public Ran runs(String name, Bound bound) {
        return each("the time on a CPU", name, RanTask::runMs, bound);
    }

    /** Expects of a task, or each of several, how long it is able to run and does not. */
    public Ran waits(String name, Bound bound) {
        return each("the waiting time", name, RanTask::waitMs, bound);
    }

    /** Expects of a task, or each of several, how long at a stretch it is able to and does not. */
    public Ran longestWait(String name, Bound bound) {
        return each("the longest wait", name, RanTask::longestWaitMs, bound);
    }

    /** Expects of every task how long at a stretch it is able to run and does not. */
    public Ran longestWait(Bound bound) {
        return each("the longest wait", List.copyOf(tasks.values()), RanTask::longestWaitMs, bound);
    }

    /** Expects of a task, or each of several, how long at a stretch it keeps a CPU. */
    public Ran longestTurn(String name, Bound bound) {
        return each("the longest turn", name, RanTask::longestTurnMs, bound);
    }

    /** Expects of every slice that the policy gives, and that it gives one. */
    public Ran slices(Bound bound) {
        clean();
        if (schedule.inserts().isEmpty()) {
            throw fail(
                    Failure.of(
                                    "Expected: each slice is %s ms. The schedule tells of no slice."
                                            .formatted(bound))
                            .hint(
                                    "A kernel tells of those that a policy of Schedbook gives,"
                                            + " where it can be probed."));
        }
        for (Schedule.Insert insert : schedule.inserts()) {
            double slice =
                    isEndless(insert.sliceNs())
                            ? Double.POSITIVE_INFINITY
                            : insert.sliceNs() / NS_PER_MS;
            if (!bound.allows(slice)) {
                throw fail(
                        Failure.of(
                                        "Expected: each slice is %s ms. %s got one of %s ms."
                                                .formatted(
                                                        bound,
                                                        name(insert.pid()),
                                                        Bound.number(slice)))
                                .cut(around(insert.timeNs()))
                                .decided(decided(insert.pid(), insert.timeNs())));
            }
        }
        return next();
    }

    /** {@code SCX_SLICE_INF} is the largest number without a sign. */
    private static boolean isEndless(long sliceNs) {
        return sliceNs < 0 || sliceNs > ENDLESS_NS;
    }

    /** Expects of a task, or each of several, to run on those CPUs only. */
    public Ran staysOn(String name, Integer... cpus) {
        clean();
        List<Integer> allowed = List.of(cpus);
        for (RanTask task : tasks(name)) {
            task.firstRunMs(); // whoever never ran stayed nowhere
            for (Run run : task.runs()) {
                if (!allowed.contains(run.cpu())) {
                    throw fail(
                            Failure.of(
                                            "Expected: %s runs on CPU %s only. It ran on CPU %d, from %s on."
                                                    .formatted(
                                                            task.name(),
                                                            allowed.stream()
                                                                    .map(String::valueOf)
                                                                    .collect(
                                                                            Collectors.joining(
                                                                                    " or ")),
                                                            run.cpu(),
                                                            ms(run.fromNs())))
                                    .cut(around(run.fromNs()))
                                    .decided(decided(run.pid(), run.fromNs())));
                }
            }
        }
        return next();
    }

    /** Expects of a task, or of each of several, how often it changes its CPU. */
    public Ran migrations(String name, Bound bound) {
        clean();
        return each("the number of migrations", tasks(name), RanTask::migrations, bound, "");
    }

    /** Expects of how often tasks change their CPU, all together. */
    public Ran migrations(Bound bound) {
        clean();
        return figure("the number of migrations", migrations(), bound, "", Optional.empty(), "");
    }

    /** Expects of how often CPUs go from one task to another. */
    public Ran switches(Bound bound) {
        clean();
        return figure(
                "the number of switches",
                switches(),
                bound,
                "",
                Optional.empty(),
                Hints.switches(switches() > bound.to(), tickMs));
    }

    /** Expects of how many ms CPUs are idle, all together, while a task waits that may use them. */
    public Ran idleBesideWork(Bound bound) {
        clean();
        if (schedule.partial()) {
            throw basic(
                    "it is known when CPUs are idle",
                    "The schedule tells of some tasks only: a CPU may have run another one.",
                    "Simulate it, or record all that runs.");
        }
        return figure(
                "the time that CPUs are idle while a task waits for one",
                idleBesideWorkMs(),
                bound,
                " ms",
                IdleBesideWork.first(schedule, waits),
                Hints.idle());
    }

    /** Expects another run to be the same in all that happened. */
    public Ran sameAs(Ran other) {
        clean();
        if (digest() == other.digest()) {
            return next();
        }
        int same = 0;
        while (same < Math.min(turns.size(), other.turns.size())
                && turns.get(same).equals(other.turns.get(same))) {
            same++;
        }
        if (same == turns.size() && same == other.turns.size()) {
            throw fail(
                    Failure.of(
                                    "Expected: both runs are the same. Their turns are, and who"
                                            + " woke whom, or what the policy decided, is not.")
                            .hint(Hints.different()));
        }
        long at = same < turns.size() ? turns.get(same).fromNs() : schedule.endNs();
        throw fail(
                Failure.of(
                                "Expected: both runs are the same. They differ from %s on."
                                        .formatted(ms(at)))
                        .table(
                                List.of(
                                        List.of("turn", "this run", "the other"),
                                        List.of(
                                                String.valueOf(same + 1),
                                                turn(same),
                                                other.turn(same))))
                        .cut(around(at))
                        .hint(Hints.different()));
    }

    private String turn(int nr) {
        return nr >= turns.size()
                ? "(the end)"
                : "%s on CPU %d, %s to %s"
                        .formatted(
                                name(turns.get(nr).pid()),
                                turns.get(nr).cpu(),
                                ms(turns.get(nr).fromNs()),
                                ms(turns.get(nr).toNs()));
    }

    // ---- Figures ------------------------------------------------------------------------

    private Ran all(String what, String column, ToDoubleFunction<RanTask> figure, Bound bound) {
        clean();
        double mean = mean(figure);
        if (bound.allows(mean)) {
            return next();
        }
        var table = new ArrayList<List<String>>();
        table.add(List.of("task", "arrives", "first runs", column));
        tasks.values()
                .forEach(
                        task ->
                                table.add(
                                        List.of(
                                                task.name(),
                                                Bound.number(task.arrivalMs()),
                                                Bound.number(task.firstRunMs()),
                                                Bound.number(figure.applyAsDouble(task)))));
        table.add(List.of("mean", "", "", Bound.number(mean) + "  " + bound.off(mean, " ms")));
        RanTask worst =
                tasks.values().stream()
                        .max(Comparator.comparingDouble(RanTask::waitMs))
                        .orElseThrow();
        long at = from(worst);
        throw fail(
                Failure.of(
                                "Expected: %s is %s ms. It is %s ms."
                                        .formatted(what, bound, Bound.number(mean)))
                        .table(shortened(table))
                        .cut(around(at))
                        .decided(decided(worst.pid(), at))
                        .hint(Hints.wait(worst.name())));
    }

    private Ran each(String what, String name, ToDoubleFunction<RanTask> figure, Bound bound) {
        return each(what, tasks(name), figure, bound);
    }

    private Ran each(
            String what, List<RanTask> some, ToDoubleFunction<RanTask> figure, Bound bound) {
        clean();
        return each(what, some, figure, bound, " ms");
    }

    private Ran each(
            String what,
            List<RanTask> some,
            ToDoubleFunction<RanTask> figure,
            Bound bound,
            String unit) {
        if (some.stream().allMatch(task -> bound.allows(figure.applyAsDouble(task)))) {
            return next();
        }
        RanTask off =
                some.stream()
                        .filter(task -> !bound.allows(figure.applyAsDouble(task)))
                        .max(Comparator.comparingDouble(figure))
                        .orElseThrow();
        var table = new ArrayList<List<String>>();
        table.add(List.of("task", "expected", "actual", ""));
        for (RanTask task : some) {
            double actual = figure.applyAsDouble(task);
            table.add(
                    List.of(
                            task.name(),
                            bound + unit,
                            Bound.number(actual) + unit,
                            bound.off(actual, unit)));
        }
        long at = from(off);
        throw fail(
                Failure.of(
                                "Expected: %s of %s is %s%s. It is %s%s."
                                        .formatted(
                                                what,
                                                off.name(),
                                                bound,
                                                unit,
                                                Bound.number(figure.applyAsDouble(off)),
                                                unit))
                        .table(shortened(table))
                        .cut(around(at))
                        .decided(decided(off.pid(), at))
                        .hint(
                                figure.applyAsDouble(off) > bound.to()
                                        ? Hints.wait(off.name())
                                        : ""));
    }

    /** Where a task's longest wait begins, or its first run if it never waits. */
    private long from(RanTask task) {
        return task.waits().stream()
                .max(Comparator.comparingLong(Wait::ns))
                .map(Wait::fromNs)
                .orElseGet(() -> task.runs().isEmpty() ? 0 : task.runs().getFirst().fromNs());
    }

    private Ran figure(
            String what,
            double actual,
            Bound bound,
            String unit,
            Optional<Wait> where,
            String advice) {
        if (bound.allows(actual)) {
            return next();
        }
        Failure failure =
                Failure.of(
                                "Expected: %s is %s%s. It is %s%s."
                                        .formatted(what, bound, unit, Bound.number(actual), unit))
                        .table(
                                List.of(
                                        List.of("expected", "actual", ""),
                                        List.of(
                                                bound + unit,
                                                Bound.number(actual) + unit,
                                                bound.off(actual, unit))))
                        .cut(around(where.map(Wait::fromNs).orElse(0L)))
                        .hint(advice);
        throw fail(
                where.map(wait -> failure.decided(decided(wait.pid(), wait.fromNs())))
                        .orElse(failure));
    }

    // ---- Failing ------------------------------------------------------------------------

    private CheckFailed fail(Failure failure) {
        Failure whole = failure.because(because).again(again);
        return new CheckFailed(hint.isEmpty() ? whole : whole.hint(hint));
    }

    private Failure.Cut around(long timeNs) {
        boolean all = schedule.endNs() <= 4 * AROUND_NS;
        long from = all ? 0 : Math.max(0, timeNs - AROUND_NS);
        long to = Math.min(schedule.endNs(), all ? schedule.endNs() : timeNs + AROUND_NS);
        return to <= from
                ? Failure.Cut.NONE
                : new Failure.Cut(schedule, from, to, Letters.of(schedule, this::name, from, to));
    }

    /** Returns how a task is called that a schedule knows by its number. */
    public String name(int pid) {
        return names.getOrDefault(pid, "task " + pid);
    }

    /** Says what the policy had decided about a task, as far as that is known. */
    private String decided(int pid, long timeNs) {
        if (result == null) {
            return "";
        }
        SimResult.Why why = result.why(pid, timeNs);
        if (why.decision() == null) {
            return "%s had inserted %s nowhere by %s.".formatted(policy, name(pid), ms(timeNs));
        }
        String who =
                why.line() == 0
                        ? "Before, the kernel"
                        : "Before, line %d of %s".formatted(why.line(), policy);
        return "%s put %s into %s with %s%s, at %s%s."
                .formatted(
                        who,
                        name(pid),
                        SimResult.dsqName(why.decision().argument()),
                        isEndless(why.decision().argument2())
                                ? "an endless slice"
                                : "a slice of " + ms(why.decision().argument2()),
                        why.decision().byVtime() ? " and vtime " + why.decision().vtime() : "",
                        ms(why.decision().timeNs()),
                        why.others().isEmpty()
                                ? ""
                                : why.others().stream()
                                        .limit(ROWS)
                                        .map(this::name)
                                        .collect(Collectors.joining(", ", ", beside ", "")));
    }

    private static List<List<String>> shortened(List<List<String>> table) {
        if (table.size() <= ROWS + 1) {
            return table;
        }
        // Those that are off are the ones to see.
        List<List<String>> off =
                IntStream.range(1, table.size())
                        .mapToObj(table::get)
                        .filter(row -> row.getLast().contains("<<<"))
                        .limit(ROWS)
                        .toList();
        var some = new ArrayList<List<String>>();
        some.add(table.getFirst());
        some.addAll(off.isEmpty() ? table.subList(1, ROWS + 1) : off);
        List<String> rest = new ArrayList<>(table.getFirst().stream().map(_ -> "").toList());
        rest.set(0, "and %d more".formatted(table.size() - some.size()));
        some.add(rest);
        return some;
    }

    private static String percent(double part) {
        return Bound.number(100 * part) + " %";
    }

    private static String ms(long ns) {
        return Bound.number(ns / NS_PER_MS) + " ms";
    }

    /** Returns the figures of each task, and the schedule in letters if it is short. */
    @Override
    public String toString() {
        var table = new ArrayList<List<String>>();
        table.add(List.of("task", "ran", "waited", "longest wait", "turns"));
        for (RanTask task : tasks.values()) {
            table.add(
                    List.of(
                            task.name(),
                            String.format(Locale.ROOT, "%.3f ms", task.runMs()),
                            String.format(Locale.ROOT, "%.3f ms", task.waitMs()),
                            String.format(Locale.ROOT, "%.3f ms", task.longestWaitMs()),
                            String.valueOf(task.turns())));
        }
        UnaryOperator<String> letters =
                head ->
                        schedule.endNs() == 0
                                ? head
                                : head
                                        + "\n"
                                        + Letters.of(schedule, this::name, 0, schedule.endNs());
        return letters.apply(policy + ", " + schedule.source())
                + "\n"
                + Failure.aligned(shortened(table));
    }
}
