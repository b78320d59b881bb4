package org.schedbook.units;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Units that are submitted together, and never change: what is missing when they have come to an
 * end is another batch's.
 *
 * @param id its name, which no other batch has had
 * @param tasks units that one worker does after each other
 */
record Batch(String id, List<List<Attempt>> tasks) {

    /**
     * A unit.
     *
     * @param failures how often it had failed before
     */
    record Attempt(String key, int failures) {}

    Batch {
        tasks = tasks.stream().map(List::copyOf).toList();
    }

    /**
     * Deals units out to tasks.
     *
     * @param failures how often each has failed so far, by keys
     */
    static Batch of(List<String> keys, Map<String, Integer> failures, int tasks) {
        var dealt = new ArrayList<List<Attempt>>();
        for (int task = 0; task < tasks; task++) {
            dealt.add(new ArrayList<>());
        }
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            dealt.get(i % tasks).add(new Attempt(key, failures.getOrDefault(key, 0)));
        }
        return new Batch(UUID.randomUUID().toString(), dealt);
    }
}
