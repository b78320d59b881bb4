package org.schedbook.prompt;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.harness.NotMadeException;
import org.schedbook.harness.PolicyFault;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.Program;
import org.schedbook.target.sim.SchedTrace;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.SimWorkload;
import org.schedbook.target.sim.SimWorkload.TaskSpec;
import org.schedbook.target.sim.Simulation;

/**
 * The process that simulates a policy nobody has read: a JVM with little memory and a short life,
 * so that a callback that never returns, or a collection that grows for ever, ends with it and not
 * with the notebook. It is given one {@link Job} as a line of JSON and prints a {@link Report} a
 * line for each scenario.
 */
final class DryRunProcess {

    static final JsonMapper JSON = JsonMapper.builder().build();

    /** Ends this process whatever happens; the notebook waits a little longer. */
    static final Duration LIFE = Duration.ofSeconds(40);

    private static final long SECOND_NS = 1_000_000_000;

    /** A task may wait so long for a CPU: what the request to the model says. */
    private static final long STARVATION_NS = SECOND_NS;

    /** The work of each scenario takes less than four seconds under any reasonable policy. */
    private static final long LIMIT_NS = 20 * SECOND_NS;

    private static final long MAX_EVENTS = 20_000_000;

    /** What a callback may allocate on average: some entries of a map, but no copy of a queue. */
    private static final long MAX_BYTES_PER_EVENT = 1024;

    /** Fewer events than this say nothing about an average. */
    private static final long MIN_EVENTS = 1000;

    /** What to simulate. */
    record Job(String mainClass, Map<String, byte[]> classes, int cpus) {}

    /** What came of one scenario. */
    record Report(
            String scenario,
            SimResult.Outcome outcome,
            long timeNs,
            long nrEvents,
            long allocatedBytes,
            String digest,
            Map<String, Long> counters,
            List<PolicyFault> faults,
            List<String> starved) {

        /** Returns whether callbacks allocate more than they may. */
        boolean allocates() {
            return nrEvents >= MIN_EVENTS && allocatedBytes / nrEvents > MAX_BYTES_PER_EVENT;
        }
    }

    private record Scenario(String name, SimMachine machine, SimWorkload workload) {}

    public static void main(String[] args) throws IOException {
        PrintStream out = System.out;
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Job job = JSON.readValue(in.readLine(), Job.class);
        Thread.ofPlatform().daemon().start(() -> endWith(in));
        Thread.ofPlatform().daemon().start(DryRunProcess::endInTime);
        var policy = new CompiledPolicy("", job.mainClass(), job.classes(), "");
        try {
            for (Scenario scenario : scenarios(job.cpus())) {
                Report report = run(scenario, policy);
                if (report.allocates()) {
                    // Loading classes allocates, too, but only once.
                    report = run(scenario, policy);
                }
                out.println(JSON.writeValueAsString(report));
                out.flush();
                if (report.outcome() != SimResult.Outcome.COMPLETED || !report.faults().isEmpty()) {
                    // The next one would find the same, and may take as long to find it.
                    break;
                }
            }
        } catch (NotMadeException e) {
            System.err.println("The constructor throws " + e.getMessage());
            Runtime.getRuntime().halt(2);
        } catch (OutOfMemoryError e) {
            System.err.println("out of memory");
            Runtime.getRuntime().halt(3);
        }
        // Not exit: a simulation that never ended must not keep the process.
        Runtime.getRuntime().halt(0);
    }

    /** The notebook keeps its end of standard input open for as long as it wants an answer. */
    private static void endWith(BufferedReader in) {
        try {
            while (in.read() >= 0) {}
        } catch (IOException e) {
            // As good as an end.
        }
        Runtime.getRuntime().halt(4);
    }

    private static void endInTime() {
        try {
            Thread.sleep(LIFE);
        } catch (InterruptedException e) {
            // Nobody does.
        }
        Runtime.getRuntime().halt(5);
    }

    private static Report run(Scenario scenario, CompiledPolicy compiled) throws NotMadeException {
        SimOptions options =
                SimOptions.DEFAULT
                        .withMode(SimOptions.Mode.USER_SPACE)
                        .withLimitNs(LIMIT_NS)
                        .withMaxEvents(MAX_EVENTS)
                        .withStarvationNs(STARVATION_NS)
                        .withDeadline(Duration.ofSeconds(10));
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getTotalThreadAllocatedBytes();
        SimResult result =
                Simulation.run(
                        compiled.mainClass(),
                        compiled::newPolicy,
                        scenario.workload(),
                        scenario.machine(),
                        options);
        return new Report(
                scenario.name(),
                result.outcome(),
                result.timeNs(),
                result.nrSchedulingEvents(),
                threads.getTotalThreadAllocatedBytes() - before,
                Long.toHexString(result.digest()),
                result.counters(),
                result.faults(),
                result.findings().stream()
                        .filter(finding -> finding.kind() == SimResult.Finding.Kind.STARVATION)
                        .map(SimResult.Finding::message)
                        .toList());
    }

    /** Loads that differ in what they ask of a policy, on small machines and on a larger one. */
    private static List<Scenario> scenarios(int cpus) {
        return List.of(
                new Scenario(
                        "messages between 40 tasks on %d CPUs".formatted(cpus),
                        SimMachine.flat(cpus),
                        SimWorkload.messaging(1, 10)),
                new Scenario(
                        "3 interactive and %d batch tasks on %d CPUs".formatted(3 * cpus, cpus),
                        SimMachine.flat(cpus),
                        SimWorkload.interactive(3, 3 * cpus, SECOND_NS)),
                new Scenario(
                        "20 tasks of all weights, some bound to a CPU, coming and going on 8 CPUs"
                                + " (2 caches, 2 threads a core)",
                        SimMachine.of(1, 2, 2, 2),
                        mixed(8)),
                new Scenario(
                        "a build recorded on a real kernel, on %d CPUs".formatted(cpus),
                        SimMachine.flat(cpus),
                        recorded("build.trace")),
                new Scenario(
                        "5 tasks on a single CPU",
                        SimMachine.flat(1),
                        SimWorkload.interactive(2, 3, SECOND_NS / 4)));
    }

    /** Reads what {@code %record build.trace processes:jobs=6,parallel=4} wrote. */
    private static SimWorkload recorded(String resource) {
        try (var in =
                new InputStreamReader(
                        DryRunProcess.class.getResourceAsStream(resource),
                        StandardCharsets.UTF_8)) {
            return SchedTrace.read(resource, in).workload();
        } catch (IOException | FormatException e) {
            throw new AssertionError("a resource of ours", e);
        }
    }

    private static SimWorkload mixed(int cpus) {
        var workload = SimWorkload.named("mixed");
        int[] weights = {100, 1, 1024, 15, 10_000};
        List<TaskSpec> tasks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Program batch = Program.start().loop(20).run(5_000_000).yieldCpu().end().build();
            tasks.add(TaskSpec.of("batch", batch).withWeight(weights[i % weights.length]));
            Program sleeper =
                    Program.start().loop(50).sleep(1_000_000, 9_000_000).run(500_000).end().build();
            TaskSpec task =
                    TaskSpec.of("sleeper", sleeper)
                            .withWeight(weights[i % weights.length])
                            .startingAt(i * 20_000_000L);
            tasks.add(i % 2 == 0 ? task.onCpus(i % cpus) : task);
        }
        tasks.forEach(workload::task);
        return workload.build();
    }

    private DryRunProcess() {}
}
