package org.schedbook.sweep;

import java.util.Map;
import java.util.Optional;
import org.schedbook.bench.BenchResult;

/**
 * What came of a unit.
 *
 * @param key the unit's
 * @param measured empty if every contender failed
 * @param failures why contenders have no figures, by their labels: a policy's failure is a result
 * @param node the machine that it was measured on
 * @param seconds how long it took
 */
record UnitResult(
        String key,
        Optional<BenchResult> measured,
        Map<String, String> failures,
        String node,
        double seconds) {

    UnitResult {
        failures = Map.copyOf(failures);
    }
}
