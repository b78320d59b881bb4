package org.schedbook.session;

import org.schedbook.bench.BenchResult;

/**
 * A measurement and where it was made.
 *
 * @param where all it takes to measure there again
 */
public record Measured(TargetChoice where, BenchResult result) {}
