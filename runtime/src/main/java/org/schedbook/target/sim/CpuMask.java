package org.schedbook.target.sim;

/** A set of CPUs, with a count so that the empty set is known at once. */
final class CpuMask {

    private final long[] words;
    private int count;

    CpuMask(int nrCpus) {
        words = new long[(nrCpus + 63) / 64];
    }

    boolean has(int cpu) {
        return (words[cpu >> 6] >>> cpu & 1) != 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(int cpu) {
        if (!has(cpu)) {
            words[cpu >> 6] |= 1L << cpu;
            count++;
        }
    }

    /** Removes a CPU and returns whether it was in. */
    boolean remove(int cpu) {
        if (!has(cpu)) {
            return false;
        }
        words[cpu >> 6] &= ~(1L << cpu);
        count--;
        return true;
    }

    /** Returns the lowest CPU that is in this set too and in an array of bits (null for all). */
    int firstIn(CpuMask other, long[] allowed) {
        if (count == 0) {
            return -1;
        }
        for (int i = 0; i < words.length; i++) {
            long both = words[i] & other.words[i];
            if (allowed != null) {
                both &= allowed[i];
            }
            if (both != 0) {
                return (i << 6) + Long.numberOfTrailingZeros(both);
            }
        }
        return -1;
    }
}
