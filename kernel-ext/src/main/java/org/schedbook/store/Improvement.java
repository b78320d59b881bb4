package org.schedbook.store;

import java.util.Optional;

/**
 * A policy that is improved round by round.
 *
 * @param goal what the person typed
 * @param holdOut the workload that the winner must not be worse on
 * @param start the source it started from
 * @param ended why there are no more rounds; empty if it can go on
 */
public record Improvement(
        long id,
        String policy,
        String goal,
        String holdOut,
        String start,
        String startHash,
        Optional<String> ended) {}
