package org.schedbook.tool;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.Compiler;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.sim.SimWorkload;
import picocli.CommandLine.Command;

/**
 * Measures what it costs that sources are compiled, and small loads simulated, in processes of
 * their own: {@code ./schedbook bench compile}. Prints one JSON object a line, with the median as
 * value and the extremes as low and high. Both ways take turns; {@code here} is this process, as it
 * was before there were others.
 *
 * <ul>
 *   <li>{@code compile.here}, {@code compile.process}: a source, warm
 *   <li>{@code compile.first}: a source where the process has to be started
 *   <li>{@code assist.process}: completing a name, warm
 *   <li>{@code simulate.here}, {@code simulate.process}: a small load with its events kept, warm
 *   <li>{@code simulate.first}: the same where the process has to be started
 *   <li>{@code compile.memory}, {@code simulate.memory}: what the idle processes hold
 * </ul>
 */
@Command(
        name = "bench-compile",
        description =
                "Measures what it costs that sources are compiled, and loads simulated, in processes of"
                        + " their own.")
final class CompileBench implements Callable<Integer> {

    private static final int WARM_UP = 30;
    private static final int RUNS = 100;
    private static final int STARTS = 5;

    private static final SimWorkload LOAD = SimWorkload.messaging(1, 10);
    private static final SimMachine MACHINE = SimMachine.flat(8);
    private static final SimOptions OPTIONS = SimOptions.DEFAULT.withTrace(500_000);

    /** One way to do something. */
    private interface Way {
        void run(int i) throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        var here = new PolicyCompiler();
        var there = new CompilerProcess();
        Way compile = i -> compile(there, i);
        report("compile.first", "s", 1e9, starts(compile));
        var both = byTurns(i -> compile(here, i), compile);
        report("compile.here", "ms", 1e6, both.getFirst());
        report("compile.process", "ms", 1e6, both.getLast());
        PolicySource vtime = source(0);
        int at = vtime.text().indexOf("insert") + 3;
        Way assist = _ -> there.complete(vtime.text(), at);
        report("assist.process", "ms", 1e6, byTurns(assist, assist).getLast());
        reportMemory("compile.memory");
        endChildren();

        List<CompiledPolicy> policies = List.of(here.compile(vtime));
        Way simulate = _ -> SimTarget.simulateAll(policies, LOAD, MACHINE, OPTIONS);
        report("simulate.first", "s", 1e9, starts(simulate));
        both = byTurns(_ -> SimTarget.simulateAllHere(policies, LOAD, MACHINE, OPTIONS), simulate);
        report("simulate.here", "ms", 1e6, both.getFirst());
        report("simulate.process", "ms", 1e6, both.getLast());
        reportMemory("simulate.memory");
        return 0;
    }

    private static void compile(Compiler compiler, int i) throws Exception {
        compiler.compile(source(i));
    }

    /** A source that has not been compiled before. */
    private static PolicySource source(int i) {
        PolicySource vtime = PolicySource.builtIn("vtime").orElseThrow();
        return new PolicySource(vtime.name(), vtime.text() + "// " + i);
    }

    private static List<List<Long>> byTurns(Way one, Way other) throws Exception {
        var times = List.<List<Long>>of(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < WARM_UP + RUNS; i++) {
            long ofOne = time(one, i);
            long ofOther = time(other, i);
            if (i >= WARM_UP) {
                times.getFirst().add(ofOne);
                times.getLast().add(ofOther);
            }
        }
        return times;
    }

    /** How long it takes when there is no process yet. */
    private static List<Long> starts(Way way) throws Exception {
        var times = new ArrayList<Long>();
        for (int i = 0; i < STARTS; i++) {
            endChildren();
            times.add(time(way, i));
        }
        return times;
    }

    private static long time(Way way, int i) throws Exception {
        long start = System.nanoTime();
        way.run(i);
        return System.nanoTime() - start;
    }

    private static void endChildren() {
        ProcessHandle.current()
                .children()
                .forEach(
                        child -> {
                            child.destroyForcibly();
                            child.onExit().join();
                        });
    }

    private static void report(String metric, String unit, double inOne, List<Long> times) {
        Row.print(metric, unit, times.stream().map(time -> time / inOne).toList());
    }

    private static void reportMemory(String metric) throws Exception {
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            Path status = Path.of("/proc", Long.toString(child.pid()), "status");
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    long kib = Long.parseLong(line.replaceAll("[^0-9]", ""));
                    report(metric, "MiB", 1024, List.of(kib));
                }
            }
        }
    }
}
