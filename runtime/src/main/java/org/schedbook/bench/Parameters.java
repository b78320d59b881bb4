package org.schedbook.bench;

/**
 * Checks of what a workload is told. Apart from {@link Workloads}, which has one of each: a check
 * there would need the list of all workloads while the first of them is being made.
 */
final class Parameters {

    /**
     * Checks that a value is large enough.
     *
     * @throws IllegalArgumentException if it is not
     */
    static void atLeast(int least, String name, int value) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "%s is %d and must be %d or more".formatted(name, value, least));
        }
    }

    private Parameters() {}
}
