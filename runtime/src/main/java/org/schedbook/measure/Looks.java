package org.schedbook.measure;

import java.util.List;
import java.util.stream.IntStream;

/**
 * When a measurement may be judged before its end. Whoever looks after every run and stops at the
 * first difference finds one where there is none; so the looks are few, at equal distances, and
 * decided beforehand, and each is held to a stricter level, so that all together keep to {@link
 * Comparison#LEVEL} (Pocock, Group sequential methods in the design and analysis of clinical
 * trials, Biometrika 64, 1977, table 1).
 *
 * @param at after how many runs of each, the last being the end
 * @param level for each look
 */
public record Looks(List<Integer> at, double level) {

    /** By the number of looks, from 1. */
    private static final double[] POCOCK = {Comparison.LEVEL, .0294, .0221, .0182, .0158};

    /** With fewer runs not even a clean separation is significant at the stricter level. */
    private static final int LEAST = 5;

    public Looks {
        at = List.copyOf(at);
    }

    /** Returns the looks for so many runs of each: one per five, at most five. */
    public static Looks during(int runs) {
        int looks = Math.clamp(runs / LEAST, 1, POCOCK.length);
        return new Looks(
                IntStream.rangeClosed(1, looks)
                        .mapToObj(i -> Math.ceilDiv(i * runs, looks))
                        .toList(),
                POCOCK[looks - 1]);
    }

    /** Returns the one look at the end. */
    public static Looks afterwards(int runs) {
        return new Looks(List.of(runs), Comparison.LEVEL);
    }
}
