package org.schedbook.measure;

/**
 * Counts of durations by size, eight classes to a power of two: what is told of a duration is at
 * most one eighth too much. Counting costs one addition and no memory.
 */
public final class Durations {

    private static final int SUB_BITS = 3;

    /** How many classes there are. */
    public static final int CLASSES = (64 - SUB_BITS) << SUB_BITS;

    /**
     * Returns the class of a duration.
     *
     * @param ns nanoseconds; less than 0 counts as 0
     */
    public static int classOf(long ns) {
        long positive = Math.max(0, ns);
        int shift = Math.max(0, 63 - SUB_BITS - Long.numberOfLeadingZeros(positive));
        return (shift << SUB_BITS) + (int) (positive >>> shift);
    }

    /** Returns the largest duration of a class, in nanoseconds. */
    public static long largest(int classOfDurations) {
        int shift = Math.max(0, (classOfDurations >> SUB_BITS) - 1);
        long first = classOfDurations - ((long) shift << SUB_BITS);
        return ((first + 1) << shift) - 1;
    }

    /**
     * Returns the duration that a share of those counted does not exceed, in nanoseconds; 0 if none
     * was counted.
     *
     * @param counts how many there are of each class
     * @param share from 0 to 1, such as 0.99
     */
    public static long percentile(long[] counts, double share) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        long wanted = (long) Math.ceil(total * share);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen > 0 && seen >= wanted) {
                return largest(i);
            }
        }
        return 0;
    }

    private Durations() {}
}
