package org.schedbook.prompt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.ThrownOut;

/**
 * Attaches a policy to a fresh kernel and puts load on it for a second: threads that exchange
 * messages, and more that compute than there are CPUs. What the kernel, or the loop that runs the
 * policy there, has to say against it is a problem; a target that cannot be had is not.
 */
public final class GuestTrial implements Trial {

    /** Makes a target that is this trial's alone. */
    @FunctionalInterface
    public interface Fresh {
        Target target() throws TargetException, InterruptedException;
    }

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Ends itself however slow the guest is; it need not get anything done. */
    private static final String LOAD =
            """
            for i in 1 2 3; do timeout -s KILL 1 sh -c 'while :; do :; done' & done
            timeout -s KILL 1 perf bench -f simple sched messaging -t -g 1 -l 100000 >/dev/null &
            wait""";

    /** Counters that stay 0 under a policy that does what it should. */
    private static final Map<String, String> FAULTS =
            Map.of(
                    "nr_forgotten",
                            "tasks were forgotten: enqueue() neither inserted them nor did a later"
                                    + " dispatch() hand them out",
                    "nr_bounce_dispatches",
                            "inserts sent a task to a CPU that it may not use; ask"
                                    + " task.canRunOn(cpu) first",
                    "nr_policy_errors", "callbacks threw");

    private final Fresh fresh;

    public GuestTrial(Fresh fresh) {
        this.fresh = fresh;
    }

    @Override
    public String name() {
        return "ATTACH";
    }

    @Override
    public String passed() {
        return "schedules a guest under load";
    }

    @Override
    public String failed() {
        return "fails in a guest under load";
    }

    @Override
    public String tries() {
        return "Trying it in a fresh guest";
    }

    @Override
    public String skipped() {
        return "not tried in a guest";
    }

    /** How a policy comes to schedule a target. */
    @FunctionalInterface
    private interface Attaching {
        Attachment to(Target target) throws TargetException, InterruptedException;
    }

    @Override
    public Result run(PolicySource source, CompiledPolicy policy) throws InterruptedException {
        return run(
                target -> target.attach(policy),
                e -> List.of(problem(e.getMessage() + "\n" + e.detail())));
    }

    /** Tries a policy that decides in the kernel. */
    Result run(KernelPolicy policy) throws InterruptedException {
        return run(
                target -> target.attach(policy, AttachOptions.DEFAULT),
                e -> InKernelGate.problems(e.getMessage(), e.nextStep()));
    }

    /**
     * @param refusal what the model is told if the policy cannot be attached
     */
    private Result run(Attaching attaching, Function<TargetException, List<Problem>> refusal)
            throws InterruptedException {
        Target target;
        try {
            target = fresh.target();
        } catch (TargetException e) {
            return Result.skipped(e.getMessage());
        }
        try (target) {
            return attach(target, attaching, refusal);
        }
    }

    private static Result attach(
            Target target, Attaching attaching, Function<TargetException, List<Problem>> refusal)
            throws InterruptedException {
        Attachment attachment;
        try {
            attachment = attaching.to(target);
        } catch (TargetException e) {
            return Result.failed(refusal.apply(e));
        }
        try (attachment) {
            target.run(List.of("sh", "-c", LOAD), LIMIT);
            Status status = attachment.status();
            ExitInfo exit = attachment.detach();
            List<Problem> problems = problems(status, exit);
            return problems.isEmpty()
                    ? Result.passed(
                            String.format(
                                    Locale.ROOT,
                                    "Linux %s, %,d user dispatches",
                                    target.machine().kernel(),
                                    status.counters().getOrDefault("nr_user_dispatches", 0L)),
                            "")
                    : Result.failed(problems);
        } catch (TargetException e) {
            return Result.failed(List.of(problem(e.getMessage() + "\n" + e.detail())));
        }
    }

    private static List<Problem> problems(Status status, ExitInfo exit) {
        var problems = new ArrayList<Problem>();
        if (exit.isError()) {
            problems.add(
                    problem("The kernel threw the policy out: %s".formatted(ThrownOut.why(exit))));
        }
        status.faults().forEach(fault -> problems.add(problem(fault)));
        FAULTS.forEach(
                (counter, meaning) -> {
                    long count = status.counters().getOrDefault(counter, 0L);
                    if (count > 0 && status.faults().isEmpty()) {
                        problems.add(problem("%s = %,d: %s.".formatted(counter, count, meaning)));
                    }
                });
        return problems;
    }

    private static Problem problem(String message) {
        return Problem.ofWhole(message.strip());
    }
}
