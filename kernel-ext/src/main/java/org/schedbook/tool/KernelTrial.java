package org.schedbook.tool;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.PublishedPolicies;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.GuestImage;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Tries a kernel out: boots a guest with it, and attaches each policy that comes with Schedbook,
 * puts it under load, and detaches it. Prints a row of {@code ./schedbook matrix}.
 */
@Command(
        name = "try-kernel",
        description =
                "Boots a guest with a kernel, and attaches each policy that comes with Schedbook there.")
final class KernelTrial implements Callable<Integer> {

    private static final List<String> LOAD =
            List.of("perf", "bench", "sched", "messaging", "-t", "-g", "2", "-l", "50");

    /** For policies of which there are many. */
    private static final List<List<String>> SMALL_LOADS =
            Stream.of("messaging:groups=1,loops=5", "mixed:hogs=2,threads=2,seconds=2")
                    .map(load -> Workloads.parse(load).command())
                    .toList();

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Decisions below which the load cannot have gone through the policy. */
    private static final long FEWEST = 100;

    @Parameters(paramLabel = "IMAGE", description = "The name of its directory in base.")
    private String name;

    @Option(
            names = "--published",
            paramLabel = "DIR",
            description =
                    "Also have every policy in the docs and notebooks of that checkout decide in the"
                            + " kernel.")
    private Path checkout;

    /** Returns 0 if all went well. */
    @Override
    public Integer call() throws Exception {
        GuestImage image = GuestImage.find(name);
        long start = System.nanoTime();
        String outcome = "ok";
        String what;
        try (VmTarget guest = VmTarget.boot(image)) {
            what = tryPolicies(guest);
        } catch (TargetException e) {
            outcome = "FAILED";
            what = (e.getMessage() + "\n" + e.detail()).strip();
        }
        System.out.printf(
                Locale.ROOT,
                "%-7s %-26s %-6s %4.0f s  %s%n",
                outcome,
                image.kernelRelease(),
                image.properties().containsKey("mended") ? "mended" : "",
                (System.nanoTime() - start) / 1e9,
                what);
        return outcome.equals("ok") ? 0 : 1;
    }

    private String tryPolicies(VmTarget guest) throws Exception {
        var told = new ArrayList<String>();
        for (Contender policy : BothWorlds.builtIn()) {
            long decisions = decisions(guest, policy, List.of(LOAD));
            check(decisions >= FEWEST, policy, "it decided hardly anything", "" + decisions);
            told.add(policy.name() + " " + decisions);
        }
        if (checkout != null) {
            List<PolicySource> published = PublishedPolicies.all(checkout);
            List<PolicySource> byHand = PublishedPolicies.byHand(checkout);
            for (PolicySource source : published) {
                decisions(guest, BothWorlds.inKernel(source), SMALL_LOADS);
            }
            for (PolicySource source : byHand) {
                decisions(guest, BothWorlds.byHand(source), SMALL_LOADS);
            }
            told.add(
                    "%d published and %d by hand in the kernel"
                            .formatted(published.size(), byHand.size()));
        }
        return String.join(", ", told);
    }

    /**
     * Returns how many decisions a policy made under some loads, through which it did nothing
     * wrong.
     */
    private static long decisions(VmTarget guest, Contender policy, List<List<String>> loads)
            throws TargetException, InterruptedException {
        Attachment attachment;
        try {
            attachment = policy.attach(guest, AttachOptions.DEFAULT);
        } catch (TargetException e) {
            throw new TargetException(policy.name() + ": " + e.getMessage(), "", e.detail());
        }
        for (List<String> load : loads) {
            CommandResult result = guest.run(load, LIMIT);
            check(result.exitCode() == 0, policy, "the load failed", result.errors());
        }
        Status status = attachment.status();
        ExitInfo exit = attachment.detach();
        check(status.faults().isEmpty(), policy, "there were faults", status.toString());
        check(!exit.isError(), policy, "the kernel threw it out", exit.toString());
        String state = guest.state();
        check(state.equals("disabled"), policy, "it is not detached", state);
        return status.counters().get("nr_user_dispatches");
    }

    private static void check(boolean holds, Contender policy, String otherwise, String detail)
            throws TargetException {
        if (!holds) {
            throw new TargetException(policy.name() + ": " + otherwise + ".", "", detail);
        }
    }
}
