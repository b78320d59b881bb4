package org.schedbook.store;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One round of an {@link Improvement}.
 *
 * @param number from 1
 * @param parent the round whose policy this one changes, 0 for the start
 * @param plan what was to be tried
 * @param outcome one of the constants here; empty if the round was interrupted; if it has a source
 *     all the same, before it was measured
 * @param detail a few words to it
 * @param ratio of the medians, to the parent's; empty if it was not measured
 * @param low lower end of the interval of that ratio
 * @param high upper end of it
 * @param source the policy, empty if there was none
 * @param behaviourHash the same for policies that did the same in the simulator
 */
public record Round(
        int number,
        int parent,
        String plan,
        Optional<String> outcome,
        String detail,
        OptionalDouble ratio,
        OptionalDouble low,
        OptionalDouble high,
        Optional<String> source,
        Optional<String> sourceHash,
        Optional<String> behaviourHash) {

    /** Better, with an interval that excludes no change. */
    public static final String KEPT = "kept";

    /** Not better, or not clearly so. */
    public static final String REVERTED = "reverted";

    /** The same as an earlier one, by source or by behaviour. */
    public static final String DUPLICATE = "duplicate";

    /** No policy, or one that did not come through the gates or the measurement. */
    public static final String FAILED = "failed";

    public boolean isKept() {
        return outcome.filter(KEPT::equals).isPresent();
    }
}
