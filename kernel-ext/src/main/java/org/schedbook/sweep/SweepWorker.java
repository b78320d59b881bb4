package org.schedbook.sweep;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.child.ChildJvm;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.ClangException;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.UnsupportedException;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.sim.SimulatorEndedException;
import org.schedbook.units.MachineException;
import org.schedbook.units.UnitWorker;

/** The process that measures the units of sweeps. */
final class SweepWorker {

    private static final int HEAP_MIB = 128;

    public static void main(String[] args) throws IOException, InterruptedException {
        UnitWorker.run(args, SweepUnit.class, new SweepWorker()::run);
    }

    /** Returns how one is started. */
    static ChildJvm jvm() {
        var options = new ArrayList<String>();
        options.add("--enable-native-access=ALL-UNNAMED");
        String guest = System.getProperty("schedbook.guest", System.getenv("SCHEDBOOK_GUEST"));
        if (guest != null && !guest.isBlank()) {
            options.add("-Dschedbook.guest=" + guest);
        }
        return UnitWorker.jvm(SweepWorker.class, HEAP_MIB, options);
    }

    private final CompilerProcess compiler = new CompilerProcess();

    /**
     * Returns what came of a unit, also where that is the failure of a policy: the others are then
     * measured without it.
     */
    SweepResult run(String key, SweepUnit unit) throws MachineException, InterruptedException {
        long start = System.nanoTime();
        requireVersions(unit);
        var failures = new LinkedHashMap<String, String>();
        List<Contender> contenders = compile(unit, failures);
        Optional<BenchResult> measured = Optional.empty();
        while (measured.isEmpty() && !contenders.isEmpty()) {
            measured = measure(unit, contenders, failures);
            contenders.removeIf(contender -> failures.containsKey(contender.name()));
        }
        return new SweepResult(
                key, measured, failures, UnitWorker.node(), (System.nanoTime() - start) / 1e9);
    }

    private static void requireVersions(SweepUnit unit) throws MachineException {
        try {
            if (unit.versions().equals(Versions.of(unit.target()))) {
                return;
            }
        } catch (TargetException e) {
            throw new MachineException(e.getMessage());
        }
        throw new MachineException(
                "The sweep was described by another version of Schedbook, of Java or of the guest's"
                        + " image than its worker has: run its command again.");
    }

    private List<Contender> compile(SweepUnit unit, Map<String, String> failures)
            throws InterruptedException {
        var contenders = new ArrayList<Contender>();
        for (SweepUnit.Entrant each : unit.contenders()) {
            if (each.source().isEmpty()) {
                contenders.add(Contender.EEVDF);
                continue;
            }
            try {
                var source = new PolicySource(each.policy(), each.source().get());
                CompiledPolicy policy = compiler.compile(source);
                contenders.add(
                        new Contender(
                                each.label(),
                                Optional.of(policy),
                                each.inKernel()
                                        ? Optional.of(KernelPolicy.of(source, policy))
                                        : Optional.empty()));
            } catch (CompileException | UnsupportedException | ClangException e) {
                failures.put(each.label(), e.getMessage());
            }
        }
        return contenders;
    }

    /** Returns the figures, or nothing if a contender failed, which is then among the failures. */
    private static Optional<BenchResult> measure(
            SweepUnit unit, List<Contender> contenders, Map<String, String> failures)
            throws MachineException, InterruptedException {
        var running = new AtomicReference<Contender>();
        try (Target target = open(unit)) {
            try {
                var bench = new Bench(target, unit.workload(), contenders, unit.plan());
                return Optional.of(bench.run((_, _, contender, _) -> running.set(contender)));
            } catch (BenchException e) {
                failures.put(running.get().name(), e.getMessage());
            } catch (SimulatorEndedException e) {
                throw new MachineException(e.getMessage());
            } catch (TargetException e) {
                // A guest that is gone says nothing of the policy that ran in it.
                if (running.get() == null || unit.plan().fresh() || !target.isAlive()) {
                    throw new MachineException(e.getMessage());
                }
                failures.put(running.get().name(), e.getMessage());
            }
        } catch (TargetException e) {
            throw new MachineException(e.getMessage() + " " + e.nextStep());
        }
        return Optional.empty();
    }

    /** A simulation has a seed, which a person does not choose with the target. */
    private static Target open(SweepUnit unit) throws TargetException, InterruptedException {
        return unit.target() instanceof TargetChoice.Sim sim
                ? new SimTarget(sim.machine(), sim.options().withSeed(unit.plan().seed()))
                : unit.target().open();
    }
}
