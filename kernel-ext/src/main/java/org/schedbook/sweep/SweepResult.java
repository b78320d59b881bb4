package org.schedbook.sweep;

import java.util.Map;
import java.util.Optional;
import org.schedbook.bench.BenchResult;
import org.schedbook.units.UnitResult;

/**
 * What came of a unit of a sweep.
 *
 * @param key the unit's
 * @param measured empty if every contender failed
 * @param failures why contenders have no figures, by their labels: a policy's failure is a result
 * @param node the machine that it was measured on
 * @param seconds how long it took
 */
record SweepResult(
        String key,
        Optional<BenchResult> measured,
        Map<String, String> failures,
        String node,
        double seconds)
        implements UnitResult {

    SweepResult {
        failures = Map.copyOf(failures);
    }
}
