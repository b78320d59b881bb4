package org.schedbook.session;

import java.util.List;
import org.schedbook.bench.Workload;
import org.schedbook.store.Round;

/** The rounds of an improvement, and what they were measured by. */
public record Improved(Workload workload, List<Round> rounds) {

    public Improved {
        rounds = List.copyOf(rounds);
    }
}
