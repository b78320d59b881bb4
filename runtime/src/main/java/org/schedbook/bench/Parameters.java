package org.schedbook.bench;

/**
 * Checks of what a workload is told. Apart from {@link Workloads}, which has one of each: a check
 * there would need the list of all workloads while the first of them is being made.
 */
final class Parameters {

    /**
     * Checks that each value is large enough.
     *
     * @throws IllegalArgumentException if one is not
     */
    static void atLeast(int least, int... values) {
        for (int value : values) {
            if (value < least) {
                throw new IllegalArgumentException(
                        "a parameter is %d and must be %d or more".formatted(value, least));
            }
        }
    }

    private Parameters() {}
}
