package org.schedbook.target.sim;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.sim.SimResult.Outcome;

/**
 * How fast the simulator is, as rows of JSON on standard output.
 *
 * <p>A <em>scheduling event</em> is a wake-up, enqueue, insert, dispatch, kick, start or stop, what
 * {@link SimResult#nrSchedulingEvents} counts. A run has the same events every time, so their
 * number is taken once and JMH measures the time. Making the machine and the tasks is part of it.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 7)
@Fork(2)
public class SimulatorBenchmark {

    private static final SimOptions OPTIONS =
            SimOptions.DEFAULT.withLimitNs(1L << 50).withDeadline(Duration.ofMinutes(5));

    /** Messages to and fro in each run of the scaling benchmarks, over all pairs of tasks. */
    private static final int ROUND_TRIPS = 1_000_000;

    private static SimResult run(CompiledPolicy policy, SimWorkload workload, SimMachine machine)
            throws ReflectiveOperationException {
        SimResult result = Simulation.run(policy.newPolicy(), workload, machine, OPTIONS);
        if (result.outcome() != Outcome.COMPLETED) {
            throw new IllegalStateException(result.outcome() + " " + result.exit());
        }
        return result;
    }

    private static CompiledPolicy compile(String name) throws Exception {
        return new PolicyCompiler().compile(PolicySource.builtIn(name).orElseThrow());
    }

    /** Pairs of tasks that wake each other, two pairs to a CPU, so that queues are never empty. */
    private static SimWorkload pairs(int cpus) {
        return SimWorkload.pipes(2 * cpus, ROUND_TRIPS / (2 * cpus));
    }

    private static SimMachine machine(int cpus) {
        return cpus < 64 ? SimMachine.flat(cpus) : SimMachine.of(2, cpus / 32, 8, 2);
    }

    /** Eight CPUs under each of the policies that come with Schedbook. */
    @State(Scope.Benchmark)
    public static class ByPolicy {

        @Param({"fifo", "rr", "vtime"})
        public String policy;

        private CompiledPolicy compiled;

        @Setup(Level.Trial)
        public void compilePolicy() throws Exception {
            compiled = compile(policy);
        }

        SimResult once() throws ReflectiveOperationException {
            return run(compiled, pairs(8), machine(8));
        }
    }

    /** FIFO on machines of all sizes. */
    @State(Scope.Benchmark)
    public static class BySize {

        @Param({"1", "8", "64", "256", "1024"})
        public int cpus;

        private CompiledPolicy compiled;

        @Setup(Level.Trial)
        public void compilePolicy() throws Exception {
            compiled = compile("fifo");
        }

        SimResult once() throws ReflectiveOperationException {
            return run(compiled, pairs(cpus), machine(cpus));
        }
    }

    /** FIFO on 1,024 CPUs with ever more tasks. */
    @State(Scope.Benchmark)
    public static class ByTasks {

        @Param({"4096", "20000", "100000"})
        public int tasks;

        private CompiledPolicy compiled;

        @Setup(Level.Trial)
        public void compilePolicy() throws Exception {
            compiled = compile("fifo");
        }

        SimResult once() throws ReflectiveOperationException {
            SimWorkload pairs = SimWorkload.pipes(tasks / 2, 2 * ROUND_TRIPS / tasks);
            return run(compiled, pairs, machine(1024));
        }
    }

    /** {@code perf bench sched messaging -t -g 24 -l 2000}: 960 threads, 19.2 million messages. */
    @State(Scope.Benchmark)
    public static class SeedJob {

        private CompiledPolicy compiled;

        @Setup(Level.Trial)
        public void compilePolicy() throws Exception {
            compiled = compile("fifo");
        }
    }

    @Benchmark
    public SimResult policies(ByPolicy state) throws ReflectiveOperationException {
        return state.once();
    }

    @Benchmark
    public SimResult sizes(BySize state) throws ReflectiveOperationException {
        return state.once();
    }

    @Benchmark
    public SimResult tasks(ByTasks state) throws ReflectiveOperationException {
        return state.once();
    }

    @Benchmark
    public SimResult seedJob(SeedJob state) throws ReflectiveOperationException {
        return run(state.compiled, SimWorkload.messaging(24, 2000), machine(8));
    }

    /** Runs all, and prints a row for each. */
    public static void main(String[] args) throws Exception {
        for (RunResult result : measure()) {
            Statistics nanos = result.getPrimaryResult().getStatistics();
            String name = result.getParams().getBenchmark();
            if (name.endsWith(".policies")) {
                var state = new ByPolicy();
                state.policy = result.getParams().getParam("policy");
                state.compilePolicy();
                double perNano = state.once().nrSchedulingEvents() * 1e9;
                print(
                        "sim.events-per-second." + state.policy,
                        "events/s",
                        nanos,
                        ns -> perNano / ns);
            } else if (name.endsWith(".sizes")) {
                var state = new BySize();
                state.cpus = Integer.parseInt(result.getParams().getParam("cpus"));
                state.compilePolicy();
                long events = state.once().nrSchedulingEvents();
                print(
                        "sim.cost-per-event." + state.cpus + "-cpus",
                        "ns/event",
                        nanos,
                        ns -> ns / events);
            } else if (name.endsWith(".tasks")) {
                var state = new ByTasks();
                state.tasks = Integer.parseInt(result.getParams().getParam("tasks"));
                state.compilePolicy();
                long events = state.once().nrSchedulingEvents();
                print(
                        "sim.cost-per-event." + state.tasks + "-tasks",
                        "ns/event",
                        nanos,
                        ns -> ns / events);
            } else {
                print("sim.seed-job", "s", nanos, ns -> ns / 1e9);
            }
        }
    }

    private static Collection<RunResult> measure() throws RunnerException {
        var options =
                new OptionsBuilder()
                        .include(SimulatorBenchmark.class.getName())
                        .verbosity(VerboseMode.SILENT)
                        .build();
        return new Runner(options).run();
    }

    private interface Conversion {
        double of(double ns);
    }

    /** Prints the median and the ends; there is no peer that simulates the same. */
    private static void print(String metric, String unit, Statistics nanos, Conversion convert) {
        double one = convert.of(nanos.getMin());
        double other = convert.of(nanos.getMax());
        ObjectNode row = new ObjectMapper().createObjectNode();
        row.put("metric", metric);
        row.put("value", convert.of(nanos.getPercentile(50)));
        row.put("unit", unit);
        row.putNull("peer");
        row.putNull("ratio");
        row.put("low", Math.min(one, other));
        row.put("high", Math.max(one, other));
        row.put("n", nanos.getN());
        System.out.println(row);
    }
}
