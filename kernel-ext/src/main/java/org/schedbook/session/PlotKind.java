package org.schedbook.session;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code %plot} can draw. */
public enum PlotKind {
    SAMPLES,
    RATIOS,
    HISTOGRAM,
    PERCENTILES,
    PARETO,
    COUNTERS,
    ROUNDS,
    TIMELINE;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<PlotKind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(PlotKind::word).toList();
    }
}
