package org.schedbook.tool;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Puts policies under the load that sched_ext's own continuous integration uses, for as long as one
 * likes: {@code ./schedbook soak}. Loops that change their affinity all the time and forks, beside
 * them a CPU that goes and comes back, and threads that wake each other.
 */
@Command(
        name = "soak",
        description =
                "Puts the policies that come with Schedbook under a storm of loops, forks, affinities and"
                        + " CPUs that come and go, one after the other.")
final class Soak implements Callable<Integer> {

    private static final String SCRIPT =
            """
            ulimit -n 20000
            cpu=/sys/devices/system/cpu/cpu1/online
            end=$(($(date +%%s) + %1$d))
            stress-ng --quiet -t %1$d --aggressive -c 4 -f 4 --affinity 1 --affinity-delay 1 --affinity-pin &
            while [ $(date +%%s) -lt $end ]; do
                perf bench -f simple sched messaging -t -g 1 -l 20 > /dev/null
                [ ! -w $cpu ] || { echo 0 > $cpu; sleep 0.5; echo 1 > $cpu; sleep 0.5; }
            done
            wait
            """;

    /** What the load may take beyond the time asked for, while all CPUs are busy. */
    private static final Duration GRACE = Duration.ofMinutes(2);

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description = "How long it takes for all of them together (${DEFAULT-VALUE}).")
    private long minutes = 10;

    /** Returns 0 if no policy was thrown out, lost a task or did anything wrong. */
    @Override
    public Integer call() throws TargetException, CompileException, InterruptedException {
        Duration each = Duration.ofMinutes(minutes).dividedBy(nrPolicies());
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            for (String name : PolicySource.builtInNames()) {
                Status status = run(guest, builtIn(name), each);
                System.out.printf(
                        Locale.ROOT,
                        "ok %-6s %d s %s%n",
                        name,
                        each.toSeconds(),
                        status.counters());
            }
        }
        return 0;
    }

    private static int nrPolicies() {
        int n = 0;
        for (String _ : PolicySource.builtInNames()) {
            n++;
        }
        return n;
    }

    private static CompiledPolicy builtIn(String name) throws CompileException {
        return new PolicyCompiler().compile(PolicySource.builtIn(name).orElseThrow());
    }

    /**
     * Runs the load under a policy and returns how that did once it was detached.
     *
     * @throws TargetException if it did anything wrong; the detail is its status
     */
    static Status run(Target target, CompiledPolicy policy, Duration time)
            throws TargetException, InterruptedException {
        try (Attachment attachment = target.attach(policy)) {
            String script = SCRIPT.formatted(time.toSeconds());
            CommandResult load = target.run(List.of("sh", "-c", script), time.plus(GRACE));
            ExitInfo exit = attachment.detach();
            Status status = attachment.status();
            if (load.exitCode() != 0 || exit.isError() || !status.faults().isEmpty()) {
                throw new TargetException(
                        policy.name() + " did not live through it: " + exit.reason(),
                        "",
                        "%s\n%s\n%s".formatted(exit.message(), status, load.errors()));
            }
            return status;
        }
    }
}
