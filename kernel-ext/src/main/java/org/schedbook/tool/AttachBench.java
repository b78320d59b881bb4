package org.schedbook.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.SpareGuest;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how long a person waits for a scheduler: {@code ./schedbook bench attach}. Prints the
 * machine and one JSON object a line, with the median as value and the extremes as low and high.
 *
 * <ul>
 *   <li>{@code resume.reply}: from no guest to the first reply of a resumed one
 *   <li>{@code attach.warm}: attaching a compiled policy to that guest
 *   <li>{@code first-policy}: both together, from no guest to a live policy
 *   <li>{@code attach.spare}: the same where a spare guest was waiting
 *   <li>{@code attach.cold}: the same with a guest that boots
 * </ul>
 */
@Command(name = "bench-attach", description = "Measures how long a person waits for a scheduler.")
final class AttachBench implements Callable<Integer> {

    /** How long the person reads while the spare guest starts. */
    private static final int READING_MILLIS = 5000;

    @Option(
            names = "--warm",
            paramLabel = "N",
            description = "How often with a resumed guest (${DEFAULT-VALUE}).")
    private int warm = 20;

    @Option(
            names = "--cold",
            paramLabel = "N",
            description = "How often with one that boots (${DEFAULT-VALUE}).")
    private int cold = 10;

    @Override
    public Integer call() throws TargetException, CompileException, InterruptedException {
        CompiledPolicy policy = new PolicyCompiler().compile(PolicySource.builtIn("fifo").get());
        VmTarget.boot().close(); // which is then saved
        var replies = new ArrayList<Double>();
        var attaches = new ArrayList<Double>();
        var totals = new ArrayList<Double>();
        for (int i = 0; i < warm; i++) {
            long start = System.nanoTime();
            try (VmTarget guest = VmTarget.boot()) {
                replies.add(secondsSince(start));
                long attach = System.nanoTime();
                guest.attach(policy);
                attaches.add(secondsSince(attach));
                totals.add(secondsSince(start));
                if (i == 0) {
                    System.out.println(guest.machine().caption());
                }
            }
        }
        report("resume.reply", replies);
        report("attach.warm", attaches);
        report("first-policy", totals);
        var spares = new ArrayList<Double>();
        try (var spare = new SpareGuest()) {
            for (int i = 0; i < warm; i++) {
                spare.prepare(GuestShape.DEFAULT);
                Thread.sleep(READING_MILLIS);
                long start = System.nanoTime();
                try (VmTarget guest = spare.take(GuestShape.DEFAULT).orElseThrow()) {
                    guest.attach(policy);
                    spares.add(secondsSince(start));
                }
            }
        }
        report("attach.spare", spares);
        var boots = new ArrayList<Double>();
        for (int i = 0; i < cold; i++) {
            long start = System.nanoTime();
            try (VmTarget guest = VmTarget.bootCold(GuestShape.DEFAULT)) {
                guest.attach(policy);
                boots.add(secondsSince(start));
            }
        }
        report("attach.cold", boots);
        return 0;
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static void report(String metric, List<Double> seconds) {
        if (seconds.isEmpty()) {
            return;
        }
        Row.print(metric, "s", seconds);
    }
}
