package org.schedbook.sweep;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Workload;
import org.schedbook.compile.PolicySource;
import org.schedbook.session.TargetChoice;
import org.schedbook.units.Unit;

/**
 * A workload under some contenders, with all that its figures depend on. What is compared by the
 * wall clock is one unit, since only what ran by turns on one machine can be compared.
 *
 * @param format rises when what a unit means changes
 * @param contenders by turns, the first to be compared to
 * @param plan its seed is also that of a simulation
 */
record SweepUnit(
        int format,
        Versions versions,
        TargetChoice target,
        Workload workload,
        List<Entrant> contenders,
        Plan plan)
        implements Unit {

    private static final int FORMAT = 1;

    /** Guests boot and are saved in less, on machines that are busy. */
    private static final Duration START = Duration.ofMinutes(10);

    /**
     * A contender.
     *
     * @param label what figures are called after
     * @param policy the policy's name
     * @param inKernel whether it decides in the kernel
     * @param source empty for the kernel's own scheduler
     */
    record Entrant(String label, String policy, boolean inKernel, Optional<String> source) {

        static Entrant of(Variant variant) {
            return new Entrant(
                    variant.label(),
                    variant.source().map(PolicySource::name).orElse(variant.policy()),
                    variant.policy().endsWith(Contender.IN_KERNEL),
                    variant.source().map(PolicySource::text));
        }
    }

    SweepUnit {
        contenders = List.copyOf(contenders);
    }

    SweepUnit(
            Versions versions,
            TargetChoice target,
            Workload workload,
            List<Entrant> contenders,
            Plan plan) {
        this(FORMAT, versions, target, workload, contenders, plan);
    }

    @Override
    public Duration limit() {
        int runs = (plan.repetitions() + plan.warmUps()) * contenders.size();
        return plan.limit().plusSeconds(60).multipliedBy(runs).plus(START);
    }
}
