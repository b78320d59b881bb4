package org.schedbook.tool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.schedbook.target.CommandResult;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.Clock;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how much the same work varies from guest to guest by each {@link Clock}: {@code
 * ./schedbook bench clock}. Each run is {@code perf bench sched messaging -t -g 4 -l 100} in a
 * freshly resumed guest, the clocks by turns: by the wall clock with two CPUs, by instructions with
 * one. Prints the machines, every figure, and one JSON object for each clock: {@code
 * clock.wall.spread} and {@code clock.instructions.spread}, the largest figure by the smallest,
 * less 1, with the figures themselves as low and high.
 */
@Command(
        name = "bench-clock",
        description = "Measures how much the same work varies from guest to guest by each clock.")
final class ClockBench implements Callable<Integer> {

    private static final List<String> WORK =
            List.of(
                    "perf",
                    "bench",
                    "-f",
                    "simple",
                    "sched",
                    "messaging",
                    "-t",
                    "-g",
                    "4",
                    "-l",
                    "100");

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "How often by each clock (${DEFAULT-VALUE}).")
    private int runs = 10;

    @Override
    public Integer call() throws TargetException, InterruptedException {
        var seconds = new ArrayList<List<Double>>();
        for (Clock clock : Clock.values()) {
            seconds.add(new ArrayList<>());
            try (VmTarget guest = VmTarget.boot(shape(clock))) { // which is then saved
                System.out.println(guest.machine().caption());
            }
        }
        for (int i = 0; i < runs; i++) {
            for (Clock clock : Clock.values()) {
                try (VmTarget guest = VmTarget.boot(shape(clock))) {
                    CommandResult result = guest.run(WORK, LIMIT);
                    double figure = Double.parseDouble(result.output().strip());
                    seconds.get(clock.ordinal()).add(figure);
                    System.out.printf(Locale.ROOT, "%s %.3f s%n", clock.label(), figure);
                }
            }
        }
        for (Clock clock : Clock.values()) {
            report(clock, seconds.get(clock.ordinal()));
        }
        return 0;
    }

    private static GuestShape shape(Clock clock) {
        return clock == Clock.INSTRUCTIONS ? GuestShape.EXACT : GuestShape.DEFAULT;
    }

    private static void report(Clock clock, List<Double> seconds) {
        double low = seconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double high = seconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        System.out.printf(
                Locale.ROOT,
                "{\"metric\":\"clock.%s.spread\",\"value\":%.4f,\"unit\":\"\",\"peer\":null,"
                        + "\"ratio\":null,\"low\":%.3f,\"high\":%.3f,\"n\":%d}%n",
                clock.label(),
                high / low - 1,
                low,
                high,
                seconds.size());
    }
}
