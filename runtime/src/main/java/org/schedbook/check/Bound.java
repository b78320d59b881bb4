package org.schedbook.check;

import java.util.Locale;

/**
 * What a figure may be, both ends included. Made by {@link Check#isAtMost}, {@link
 * Check#isAtLeast}, {@link Check#is} and {@link Check#isBetween}.
 */
public record Bound(double from, double to) {

    /** Times are whole ns, and figures of them in ms are not exact. */
    private static final double ROUNDING = 1e-9;

    public Bound {
        if (!(from <= to)) {
            throw new IllegalArgumentException("nothing is between %s and %s".formatted(from, to));
        }
    }

    boolean allows(double value) {
        if (Double.isInfinite(value)) {
            return value == to || value == from;
        }
        double slack = ROUNDING * Math.max(1, Math.abs(value));
        return value >= from - slack && value <= to + slack;
    }

    /** Returns by how much a figure is off, and in which direction; empty if it is not. */
    String off(double value, String unit) {
        if (allows(value)) {
            return "";
        }
        return value > to
                ? "<<< too large by %s%s".formatted(number(value - to), unit)
                : "<<< too small by %s%s".formatted(number(from - value), unit);
    }

    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("\\.?0+$", "");
    }

    /** Returns it in words, as in "at most 25". */
    @Override
    public String toString() {
        if (from == to) {
            return number(from);
        }
        if (Double.isInfinite(from)) {
            return "at most " + number(to);
        }
        return Double.isInfinite(to)
                ? "at least " + number(from)
                : "from %s to %s".formatted(number(from), number(to));
    }
}
