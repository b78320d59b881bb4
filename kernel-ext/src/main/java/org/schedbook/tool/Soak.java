package org.schedbook.tool;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.schedbook.bench.Contender;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Puts policies under the load that sched_ext's own continuous integration uses, for as long as one
 * likes: {@code ./schedbook soak}. Loops that change their affinity all the time and forks, beside
 * them a CPU that goes and comes back, and threads that wake each other.
 */
@Command(
        name = "soak",
        description =
                "Puts the policies that come with Schedbook, each in user space and in the kernel,"
                        + " one after the other under a storm of loops, forks, affinities and CPUs"
                        + " that come and go.")
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

    @Option(
            names = "--policies",
            paramLabel = "NAME",
            split = ",",
            description = "Only these, such as fifo,fifo@kernel.")
    private List<String> names = List.of();

    @Spec private CommandSpec spec;

    /** Returns 0 if no policy was thrown out, lost a task or did anything wrong. */
    @Override
    public Integer call() throws TargetException, InterruptedException {
        List<Contender> policies = chosen();
        Duration each = Duration.ofMinutes(minutes).dividedBy(policies.size());
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            for (Contender policy : policies) {
                Status status = run(guest, policy, each);
                System.out.printf(
                        Locale.ROOT,
                        "ok %-12s %d s %s%n",
                        policy.name(),
                        each.toSeconds(),
                        status.counters());
            }
        }
        return 0;
    }

    /** Returns the policies that were asked for, all if none was named. */
    private List<Contender> chosen() throws TargetException, InterruptedException {
        List<Contender> all = BothWorlds.builtIn();
        List<String> known = all.stream().map(Contender::name).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "%s does not come with Schedbook; these do: %s."
                                .formatted(name, String.join(", ", known)));
            }
        }
        return all.stream().filter(p -> names.isEmpty() || names.contains(p.name())).toList();
    }

    /**
     * Runs the load under a policy and returns how that did once it was detached.
     *
     * @throws TargetException if it did anything wrong; the detail is its status
     */
    static Status run(Target target, Contender policy, Duration time)
            throws TargetException, InterruptedException {
        try (Attachment attachment = policy.attach(target, AttachOptions.DEFAULT)) {
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
