package org.schedbook.magic;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code %plot} can draw. */
enum PlotKind {
    SAMPLES,
    RATIOS,
    HISTOGRAM,
    PERCENTILES,
    PARETO,
    COUNTERS,
    ROUNDS,
    TIMELINE;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<PlotKind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(PlotKind::word).toList();
    }
}
