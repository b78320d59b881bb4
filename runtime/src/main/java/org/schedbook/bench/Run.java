package org.schedbook.bench;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One run of a workload.
 *
 * @param contender under which it ran
 * @param round from 0; the first {@link Plan#warmUps} are not counted
 * @param started when
 * @param load the load average over a minute of the machine this notebook runs on, negative if it
 *     is not known
 * @param reading what it came to
 * @param beside what else ran meanwhile, started in the background by earlier commands
 * @param counters of the policy at the end of the run; none for the kernel's own scheduler
 */
public record Run(
        String contender,
        int round,
        Instant started,
        double load,
        Reading reading,
        List<String> beside,
        Map<String, Long> counters) {

    public Run {
        // Measurements that were kept before there was such a component have none.
        beside = beside == null ? List.of() : List.copyOf(beside);
        counters = Map.copyOf(counters);
    }
}
