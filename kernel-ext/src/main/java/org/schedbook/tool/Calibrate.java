package org.schedbook.tool;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Hackbench;
import org.schedbook.bench.Messaging;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Workload;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.file.NamedFile;
import org.schedbook.measure.Summary;
import org.schedbook.target.sim.CostModel;
import org.schedbook.target.sim.SimOptions.Mode;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Measures a guest with one CPU, writes the costs with which the simulator comes nearest to it, and
 * tells how far off that is on workloads and policies that were not used: {@code ./schedbook
 * calibrate [FILE]}.
 */
@Command(
        name = "calibrate",
        description =
                "Measures what scheduling costs in the guest, and writes it to a file for %%sim --costs.")
final class Calibrate implements Callable<Integer> {

    private static final int RUNS = 5;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "What to write (${DEFAULT-VALUE}).")
    private Path file = Path.of("costs.properties");

    @Override
    public Integer call() throws Exception {
        CompiledPolicy fifo = builtIn("fifo");
        String table;
        CostModel costs;
        var oneCpu = new GuestShape(1, GuestShape.DEFAULT.memoryMib(), VmTarget.steadiestClock());
        try (VmTarget guest = VmTarget.boot(oneCpu)) {
            String machine = guest.machine().caption();
            System.out.println(machine);
            BenchResult hackbench = measure(guest, Calibration.HACKBENCH, fifo);
            BenchResult messaging = measure(guest, Calibration.MESSAGING, fifo);
            BenchResult pipe = measure(guest, Calibration.PIPE, fifo);
            var measured =
                    new Calibration.Measured(
                            median(hackbench, fifo.name()),
                            median(messaging, fifo.name()),
                            median(pipe, Contender.EEVDF.name()),
                            median(pipe, fifo.name()));
            System.out.println(measured);
            boolean emulated = guest.machine().accelerator().contains("emulated");
            costs =
                    new Calibration(fifo, emulated)
                            .solve(
                                    measured,
                                    "calibrated: %s, %s".formatted(LocalDate.now(), machine));
            table = errors(guest, costs);
        }
        NamedFile.write(file, costs.toProperties(table));
        System.out.print(table);
        System.out.printf("%s holds the costs: %%sim messaging --costs %s%n", file, file);
        return 0;
    }

    /** Says how the calibrated simulator compares with the guest where it was not calibrated. */
    private static String errors(VmTarget guest, CostModel costs) throws Exception {
        var lines = new ArrayList<String>();
        lines.add("measured, simulated and the error, on one CPU, policies in user space:");
        for (Workload workload :
                List.of(new Messaging(2, 50), new Hackbench(2, 50), Calibration.PIPE)) {
            for (String name : List.of("fifo", "rr", "vtime")) {
                if (workload == Calibration.PIPE && name.equals("fifo")) {
                    continue; // that is what it was calibrated on
                }
                CompiledPolicy policy = builtIn(name);
                double measured = median(measure(guest, workload, policy), name);
                double simulated = Calibration.seconds(policy, workload, costs, Mode.USER_SPACE);
                lines.add(
                        String.format(
                                Locale.ROOT,
                                "%s under %s: %.3f s, %.3f s, %+.0f %%",
                                workload.title(),
                                name,
                                measured,
                                simulated,
                                100 * (simulated / measured - 1)));
                System.out.println(lines.getLast());
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static BenchResult measure(VmTarget guest, Workload workload, CompiledPolicy policy)
            throws Exception {
        var contenders = List.of(Contender.EEVDF, Contender.of(policy));
        return new Bench(guest, workload, contenders, Plan.of(RUNS, LIMIT))
                .run((done, total, contender, soFar) -> {});
    }

    private static double median(BenchResult result, String contender) {
        return Summary.of(result.samples().get(contender).stream().mapToDouble(d -> d).toArray())
                .median();
    }

    private static CompiledPolicy builtIn(String name) throws Exception {
        Optional<PolicySource> source = PolicySource.builtIn(name);
        return COMPILER.compile(source.orElseThrow());
    }
}
