package org.schedbook.bench;

import java.util.List;

/** Measurements of the same contenders under several workloads. */
public record Suite(List<BenchResult> results) {

    /**
     * @throws IllegalArgumentException if there is none, or they are of different contenders
     */
    public Suite {
        results = List.copyOf(results);
        if (results.stream().map(BenchResult::contenders).distinct().count() != 1) {
            throw new IllegalArgumentException(
                    "a suite has measurements, all of the same contenders");
        }
    }
}
