package org.schedbook.tool;

import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.measure.Summary;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.SchedRecorder;
import org.schedbook.target.sim.SchedTrace;
import org.schedbook.target.vm.Clock;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures what it costs a load that it is recorded: {@code ./schedbook bench record}. The same
 * {@code perf bench sched messaging} by turns alone and recorded, under vtime, in one guest with
 * time by instructions, so that what else the host does counts for nothing. Prints every figure,
 * and {@code record.cost}: the median recorded by the median alone, with the ratios of the turns as
 * low and high, and how many events a recording had.
 */
@Command(name = "bench-record", description = "Measures what recording costs the load.")
final class RecordBench implements Callable<Integer> {

    private static final String WORK = "perf bench -f simple sched messaging -t -g 1 -l 40";
    private static final List<String> ALONE = List.of("sh", "-c", WORK);

    /** What a recorded command prints is not kept. */
    private static final String FIGURE = "/tmp/recorded-figure";

    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Option(
            names = "--turns",
            paramLabel = "N",
            description = "How often each way (${DEFAULT-VALUE}).")
    private int turns = 5;

    @Override
    public Integer call()
            throws TargetException,
                    InterruptedException,
                    CompileException,
                    IOException,
                    FormatException {
        CompiledPolicy vtime =
                new PolicyCompiler().compile(PolicySource.builtIn("vtime").orElseThrow());
        var alone = new double[turns];
        var recorded = new double[turns];
        var ratios = new double[turns];
        var events = new double[turns];
        try (VmTarget guest = VmTarget.boot(GuestShape.EXACT);
                Attachment _ = guest.attach(vtime)) {
            System.out.println(guest.machine().caption());
            guest.run(ALONE, LIMIT); // the first run of a guest is another one
            for (int i = 0; i < turns; i++) {
                alone[i] = seconds(guest.run(ALONE, LIMIT));
                String text =
                        SchedRecorder.record(
                                guest, List.of("sh", "-c", WORK + " > " + FIGURE), LIMIT);
                recorded[i] = seconds(guest.run(List.of("cat", FIGURE), LIMIT));
                ratios[i] = recorded[i] / alone[i];
                events[i] =
                        SchedTrace.readWithGaps("recording", new StringReader(text))
                                .events()
                                .size();
                System.out.printf(
                        Locale.ROOT,
                        "alone %.4f s, recorded %.4f s, %,.0f events%n",
                        alone[i],
                        recorded[i],
                        events[i]);
            }
        }
        double with = Summary.of(recorded).median();
        double without = Summary.of(alone).median();
        System.out.printf(
                Locale.ROOT,
                "{\"metric\":\"record.cost\",\"value\":%.4f,\"unit\":\"s\",\"peer\":%.4f,"
                        + "\"ratio\":%.3f,\"low\":%.3f,\"high\":%.3f,\"n\":%d,\"events\":%.0f,"
                        + "\"clock\":\"%s\"}%n",
                with,
                without,
                with / without,
                Summary.of(ratios).min(),
                Summary.of(ratios).max(),
                turns,
                Summary.of(events).median(),
                Clock.INSTRUCTIONS.label());
        return 0;
    }

    private static double seconds(CommandResult result) {
        return Double.parseDouble(result.output().strip());
    }
}
