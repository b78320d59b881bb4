package org.schedbook.tool;

import java.util.function.LongToDoubleFunction;

/** Finds the parameter at which something that grows with it comes to a value. */
final class Fit {

    /**
     * Returns the integer from {@code low} to {@code high} whose value is nearest to the one
     * wanted, by bisection; an end if the value lies beyond it.
     *
     * @param growing never less for a larger parameter
     */
    static long nearest(LongToDoubleFunction growing, double wanted, long low, long high) {
        long below = low;
        long above = high;
        while (above - below > 1) {
            long middle = below + (above - below) / 2;
            if (growing.applyAsDouble(middle) < wanted) {
                below = middle;
            } else {
                above = middle;
            }
        }
        double under = Math.abs(growing.applyAsDouble(below) - wanted);
        double over = Math.abs(growing.applyAsDouble(above) - wanted);
        return under <= over ? below : above;
    }

    private Fit() {}
}
