package org.schedbook.check;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.schedbook.target.Status;
import org.schedbook.target.ThrownOut;

/**
 * What a policy counted on a kernel. Methods that expect something return this, so that one may
 * follow another, or throw {@link CheckFailed}; all of them expect {@link #clean} first.
 */
public final class Counted {

    private static final List<String> WRONG =
            List.of("nr_policy_errors", "nr_forgotten", "nr_bounce_dispatches", "nr_duplicate");

    private final String policy;
    private final String workload;
    private final Status status;
    private final String because;
    private final String hint;

    Counted(String policy, String workload, Status status, String because, String hint) {
        this.policy = policy;
        this.workload = workload;
        this.status = status;
        this.because = because;
        this.hint = hint;
    }

    /** Says why the next thing is expected: a sentence for whoever reads that it does not hold. */
    public Counted because(String reason) {
        return new Counted(policy, workload, status, reason, hint);
    }

    /** Says what to look at if the next thing does not hold. */
    public Counted hint(String advice) {
        return new Counted(policy, workload, status, because, advice);
    }

    /** Returns all counters by their names, as {@code %status} shows them. */
    public Map<String, Long> counters() {
        return status.counters();
    }

    /**
     * Expects that the policy was not thrown out, decided something, and threw, forgot, bounced and
     * duplicated nothing.
     */
    public Counted clean() {
        if (status.exit() != null && status.exit().isError()) {
            throw fail(
                    "Expected: %s schedules %s to its end. It was thrown out: %s"
                            .formatted(policy, workload, ThrownOut.why(status.exit())));
        }
        String wrong =
                WRONG.stream()
                        .filter(name -> count(name) != 0)
                        .map(name -> "%s is %,d".formatted(name, count(name)))
                        .collect(Collectors.joining(", "));
        if (!wrong.isEmpty()) {
            throw fail(
                    "Expected: %s does nothing wrong with %s. %s.%s"
                            .formatted(
                                    policy,
                                    workload,
                                    wrong,
                                    status.faults().isEmpty()
                                            ? ""
                                            : " " + String.join("; ", status.faults())));
        }
        if (count("nr_user_dispatches") == 0) {
            throw fail(
                    "Expected: %s decides on some tasks of %s. It decided on none."
                            .formatted(policy, workload));
        }
        return next();
    }

    /** Expects something of a counter, such as {@code nr_user_dispatches}. */
    public Counted counter(String name, Bound bound) {
        new Counted(policy, workload, status, "", "").clean();
        if (!status.counters().containsKey(name)) {
            throw new IllegalArgumentException(
                    "there is no counter '%s'; there are: %s"
                            .formatted(name, String.join(", ", status.counters().keySet())));
        }
        if (!bound.allows(count(name))) {
            throw fail("Expected: %s is %s. It is %,d.".formatted(name, bound, count(name)));
        }
        return next();
    }

    private long count(String name) {
        return status.counters().getOrDefault(name, 0L);
    }

    private Counted next() {
        return because("").hint("");
    }

    private CheckFailed fail(String expected) {
        return new CheckFailed(Failure.of(expected).because(because).hint(hint));
    }

    @Override
    public String toString() {
        return "%s scheduled %s on a kernel: %,d tasks as it decided"
                .formatted(policy, workload, count("nr_user_dispatches"));
    }
}
