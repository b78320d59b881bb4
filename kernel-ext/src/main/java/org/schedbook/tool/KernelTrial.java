package org.schedbook.tool;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.GuestImage;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
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

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Decisions below which the load cannot have gone through the policy. */
    private static final long FEWEST = 100;

    @Parameters(paramLabel = "IMAGE", description = "The name of its directory in base.")
    private String name;

    /** Returns 0 if all went well. */
    @Override
    public Integer call() throws TargetException, CompileException, InterruptedException {
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

    private static String tryPolicies(VmTarget guest)
            throws TargetException, InterruptedException, CompileException {
        var told = new StringBuilder();
        for (String name : PolicySource.builtInNames()) {
            var policy = new PolicyCompiler().compile(PolicySource.builtIn(name).orElseThrow());
            Attachment attachment = guest.attach(policy);
            CommandResult load = guest.run(LOAD, LIMIT);
            Status status = attachment.status();
            ExitInfo exit = attachment.detach();
            long decisions = status.counters().get("nr_user_dispatches");
            check(load.exitCode() == 0, name, "the load failed", load.errors());
            check(status.faults().isEmpty(), name, "there were faults", status.toString());
            check(decisions >= FEWEST, name, "it decided hardly anything", status.toString());
            check(!exit.isError(), name, "the kernel threw it out", exit.toString());
            String state = guest.state();
            check(state.equals("disabled"), name, "it is not detached", state);
            told.append(told.isEmpty() ? "" : ", ").append(name).append(' ').append(decisions);
        }
        return told.toString();
    }

    private static void check(boolean holds, String policy, String otherwise, String detail)
            throws TargetException {
        if (!holds) {
            throw new TargetException(policy + ": " + otherwise + ".", "", detail);
        }
    }
}
