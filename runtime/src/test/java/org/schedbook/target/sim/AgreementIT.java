package org.schedbook.target.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.bench.Messaging;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.policy.Dsq;
import org.schedbook.schedule.Schedule;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.sim.SimOptions.Mode;
import org.schedbook.target.sim.SimResult.Outcome;
import org.schedbook.target.vm.VmTarget;

/**
 * The simulator beside a real kernel: the same tasks under the same policy, in user space and in
 * the kernel. Who starts, stops, and wakes whom must come in the same order on each CPU, and the
 * policy must be told the same of each task in the same order.
 *
 * <p>The order in a scenario follows from the rules alone: the times in it are so far apart that an
 * emulated guest on a busy machine keeps them apart.
 */
@Timeout(240)
class AgreementIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /**
     * How often to try: the live loop interrupts a task that computes when it got no CPU for a
     * tick, which depends on this machine's load and changes turns. A rule that is wrong is wrong
     * each time.
     */
    private static final int ATTEMPTS = 6;

    /**
     * What a policy is told when a task of the system was let in between, and when a task is moved
     * to another group, as the kernel does with one that ends ({@code sched_autogroup_exit_task}):
     * not the scenario's doing.
     */
    private static final List<List<String>> INTERRUPTIONS =
            List.of(
                    List.of("stopping, runnable", "running on "),
                    List.of("stopping", "quiescent, for now", "runnable", "running on "));

    private static VmTarget guest;

    @BeforeAll
    static void boot() throws Exception {
        guest = VmTarget.boot();
    }

    @AfterAll
    static void stop() {
        if (guest != null) {
            guest.close();
        }
    }

    static List<Scenario> scenarios() {
        return Scenario.ALL;
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void eventsComeInTheOrderTheyHaveInTheKernel(Scenario scenario) throws Exception {
        CompiledPolicy policy =
                new PolicyCompiler().compile(new PolicySource("scenario", scenario.policy()));
        String simulated = inTheSimulator(scenario, policy, Mode.USER_SPACE).toString();
        String real = inTheGuest(scenario, policy).toString();
        for (int i = 1; i < ATTEMPTS && !real.equals(simulated); i++) {
            real = inTheGuest(scenario, policy).toString();
        }
        assertEquals(real, simulated, "policy in user space");
        assertEquals(
                real,
                inTheSimulator(scenario, policy, Mode.KERNEL).toString(),
                "policy in the kernel");
    }

    /**
     * Nobody is told anything there, as the kernel has no words: what is compared is who runs. Only
     * a task that is let in between, or moved as it sets its CPUs, makes a policy err.
     */
    @ParameterizedTest
    @MethodSource("scenarios")
    void aPolicyInTheKernelHasTasksRunInTheSameOrder(Scenario scenario) throws Exception {
        var source = new PolicySource("scenario", scenario.quietPolicy());
        CompiledPolicy policy = new PolicyCompiler().compile(source);
        KernelPolicy translated = KernelPolicy.of(source, policy);
        String simulated = inTheSimulator(scenario, policy, Mode.KERNEL) + "faults: []";
        String real = "";
        for (int i = 0; i < ATTEMPTS && !real.equals(simulated); i++) {
            try (Attachment attachment = guest.attach(translated, AttachOptions.DEFAULT)) {
                Observed seen = recorded(scenario);
                assertFalse(attachment.detach().isError());
                real = seen + "faults: " + attachment.status().faults();
            }
        }
        assertEquals(simulated, real);
    }

    @Test
    void aRecordingIsReplayedWithTheTimeThatEachTaskRan() throws Exception {
        List<String> command = new Messaging(1, 5).command();
        SchedTrace trace =
                SchedTrace.read(
                        "guest", new StringReader(SchedRecorder.record(guest, command, LIMIT)));
        SimResult result =
                Simulation.run(
                        new PolicyCompiler()
                                .compile(PolicySource.builtIn("fifo").orElseThrow())
                                .newPolicy(),
                        trace.workload(),
                        SimMachine.flat(2).withCosts(CostModel.FREE),
                        SimOptions.DEFAULT);
        assertEquals(Outcome.COMPLETED, result.outcome());
        assertEquals(41, result.tasks().size());
        long ran = result.tasks().stream().mapToLong(SimResult.TaskResult::runNs).sum();
        long recorded =
                trace.schedule("guest").ranNs().values().stream().mapToLong(Long::longValue).sum();
        assertEquals(recorded, ran, recorded / 50);
    }

    @Test
    void aRecordingHasWhatThePolicyDecided() throws Exception {
        var policy = new PolicyCompiler().compile(PolicySource.builtIn("vtime").orElseThrow());
        try (Attachment attachment = guest.attach(policy)) {
            String text = SchedRecorder.record(guest, new Messaging(1, 5).command(), LIMIT);
            Schedule schedule =
                    SchedTrace.read("guest", new StringReader(text)).schedule("recorded");
            Map<Long, List<Schedule.Insert>> byDsq =
                    schedule.inserts().stream()
                            .collect(Collectors.groupingBy(Schedule.Insert::dsq));
            List<Schedule.Insert> decided = byDsq.getOrDefault(0L, List.of());
            assertFalse(decided.isEmpty(), byDsq.keySet().toString());
            for (Schedule.Insert insert : decided) {
                assertTrue(insert.byVtime(), insert.toString());
                assertEquals(20_000_000, insert.sliceNs());
                assertTrue(schedule.tasks().containsKey(insert.pid()), insert.toString());
            }
            assertFalse(attachment.detach().isError());
        }
        String after = SchedRecorder.recordAll(guest, Duration.ofSeconds(1));
        assertFalse(after.contains(SchedTrace.INSERT), "no policy is attached");
    }

    @Test
    void aRecordingHasWhatAPolicyInTheKernelKeptAndHandedOut() throws Exception {
        PolicySource rr = PolicySource.builtIn("rr").orElseThrow();
        var policy = KernelPolicy.of(rr, new PolicyCompiler().compile(rr));
        try (Attachment attachment = guest.attach(policy, AttachOptions.DEFAULT)) {
            String text = SchedRecorder.record(guest, new Messaging(1, 5).command(), LIMIT);
            Schedule schedule =
                    SchedTrace.read("guest", new StringReader(text)).schedule("recorded");
            // The others were put on an idle CPU at once.
            List<Schedule.Insert> handedOut =
                    schedule.inserts().stream()
                            .filter(i -> i.dsq() == Dsq.LOCAL && i.sliceNs() == 5_000_000)
                            .toList();
            assertTrue(handedOut.size() > 10, schedule.inserts().toString());
            for (Schedule.Insert insert : handedOut) {
                assertTrue(schedule.tasks().containsKey(insert.pid()), insert.toString());
            }
            assertFalse(attachment.detach().isError());
        }
    }

    // ---- The simulator --------------------------------------------------------------------

    private static Observed inTheSimulator(Scenario scenario, CompiledPolicy policy, Mode mode)
            throws Exception {
        SimResult result =
                Simulation.run(
                        policy.newPolicy(),
                        scenario.workload(),
                        SimMachine.flat(2),
                        SimOptions.DEFAULT.withMode(mode).withTrace(1 << 20));
        assertEquals(Outcome.COMPLETED, result.outcome());
        Map<Integer, String> names =
                result.tasks().stream()
                        .collect(
                                Collectors.toMap(
                                        SimResult.TaskResult::pid, SimResult.TaskResult::comm));
        Observed seen = observed(result.schedule(), names);
        if (!result.faults().isEmpty()) {
            seen.told(result.faults().getLast().message());
        }
        return seen;
    }

    // ---- The guest ------------------------------------------------------------------------

    private static Observed inTheGuest(Scenario scenario, CompiledPolicy policy) throws Exception {
        try (Attachment attachment = guest.attach(policy)) {
            Observed seen = recorded(scenario);
            assertFalse(attachment.detach().isError());
            seen.told(attachment.status().faults().getLast());
            return seen;
        }
    }

    private static Observed recorded(Scenario scenario) throws Exception {
        String text = SchedRecorder.record(guest, scenario.command(), LIMIT);
        SchedTrace trace = SchedTrace.read("guest", new StringReader(text));
        Schedule schedule = trace.schedule("guest");
        Map<Integer, String> names =
                schedule.tasks().values().stream()
                        .filter(task -> !trace.roots().contains(task.pid()))
                        .collect(Collectors.toMap(Schedule.Task::pid, Schedule.Task::comm));
        return observed(schedule, names);
    }

    // ---- Both -----------------------------------------------------------------------------

    /**
     * What a schedule tells of some of its tasks. Of events at the same instant it does not tell
     * the order; but on a CPU one run follows another, and a task wakes others while it runs.
     */
    private static Observed observed(Schedule schedule, Map<Integer, String> names) {
        var seen = new Observed(names);
        Map<Integer, Deque<Schedule.Wake>> wakes = new HashMap<>();
        for (Schedule.Wake wake : schedule.wakes()) {
            wakes.computeIfAbsent(wake.waker(), _ -> new ArrayDeque<>()).add(wake);
        }
        Map<Long, List<Runnable>> events = new TreeMap<>();
        for (Schedule.Run run : schedule.runs()) {
            at(events, run.fromNs(), () -> seen.add(run.cpu(), run.pid(), "starts"));
            Deque<Schedule.Wake> its = wakes.getOrDefault(run.pid(), new ArrayDeque<>());
            while (!its.isEmpty() && its.peek().timeNs() <= run.toNs()) {
                Schedule.Wake wake = its.poll();
                at(events, wake.timeNs(), () -> seen.wakes(run.cpu(), run.pid(), wake.pid()));
            }
            String how =
                    switch (run.end()) {
                        case PREEMPTED -> "is preempted";
                        case SLEPT -> "sleeps";
                        case ENDED -> "ends";
                        case GOES_ON -> null;
                    };
            if (how != null) {
                at(events, run.toNs(), () -> seen.add(run.cpu(), run.pid(), how));
            }
        }
        events.values().forEach(same -> same.forEach(Runnable::run));
        return seen;
    }

    private static void at(Map<Long, List<Runnable>> events, long timeNs, Runnable event) {
        events.computeIfAbsent(timeNs, _ -> new ArrayList<>()).add(event);
    }

    /** What was seen of a scenario's tasks, from when the clock woke the first of them. */
    private static final class Observed {

        /** Who starts, stops and wakes whom on each CPU. */
        final Map<Integer, List<String>> cpus = new TreeMap<>();

        private static final Pattern TOLD_OF = Pattern.compile("(\\d+)((?:[rcpsqmx]\\d*)+)");
        private static final Pattern CALL = Pattern.compile("([rcpsqmx])(\\d*)");

        /** What the policy was told about each task. */
        final Map<String, List<String>> told = new TreeMap<>();

        private final Map<Integer, String> names;
        private final Map<Integer, Integer> sleepsBefore = new HashMap<>();
        private boolean begun;

        Observed(Map<Integer, String> names) {
            this.names = names;
        }

        void wakes(int cpu, int waker, int pid) {
            if (names.containsKey(waker) && names.containsKey(pid)) {
                begun |= names.get(waker).equals(Scenario.CLOCK);
                add(cpu, waker, "wakes " + names.get(pid));
            }
        }

        void add(int cpu, int pid, String what) {
            String name = names.get(pid);
            if (name == null) {
                return;
            }
            if (!begun) {
                sleepsBefore.merge(pid, what.equals("sleeps") ? 1 : 0, Integer::sum);
                return;
            }
            List<String> all = cpus.computeIfAbsent(cpu, _ -> new ArrayList<>());
            // A task of the system may have been let in between.
            boolean resumes =
                    what.equals("starts")
                            && !all.isEmpty()
                            && all.getLast().equals(name + " is preempted");
            if (resumes) {
                all.removeLast();
            } else {
                all.add(name + " " + what);
            }
        }

        /** Takes apart what the policy said in the end. */
        void told(String message) {
            String log = message.substring(message.indexOf(Scenario.TOLD) + Scenario.TOLD.length());
            for (String each : log.split(";")) {
                Matcher task = TOLD_OF.matcher(each);
                assertTrue(task.matches(), message);
                int pid = Integer.parseInt(task.group(1));
                if (names.containsKey(pid)) {
                    CALL.matcher(task.group(2)).results().forEach(call -> told(pid, inWords(call)));
                }
            }
        }

        private void told(int pid, String call) {
            int sleeps = sleepsBefore.getOrDefault(pid, 0);
            if (sleeps == 0) {
                List<String> all = told.computeIfAbsent(names.get(pid), _ -> new ArrayList<>());
                all.add(call);
                INTERRUPTIONS.forEach(pattern -> drop(all, pattern));
            } else if (call.equals("quiescent")) {
                sleepsBefore.put(pid, sleeps - 1);
            }
        }

        private static String inWords(MatchResult call) {
            return switch (call.group(1)) {
                case "r" -> "runnable, weight " + call.group(2);
                case "c" -> "running on " + call.group(2);
                case "p" -> "stopping, runnable";
                case "s" -> "stopping";
                case "q" -> "quiescent";
                case "m" -> "quiescent, for now";
                default -> "exitTask";
            };
        }

        private static void drop(List<String> all, List<String> pattern) {
            int from = all.size() - pattern.size();
            if (from > 0
                    && IntStream.range(0, pattern.size())
                            .allMatch(i -> all.get(from + i).startsWith(pattern.get(i)))) {
                all.subList(from, all.size()).clear();
            }
        }

        @Override
        public String toString() {
            var text = new StringBuilder();
            cpus.forEach((cpu, all) -> text.append("CPU %d: %s%n".formatted(cpu, all)));
            told.forEach((task, all) -> text.append("%s: %s%n".formatted(task, all)));
            return text.toString();
        }
    }
}
