package org.schedbook.sweep;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.compile.Constant;

/**
 * A value for a constant of a policy, as a person types it: a number, {@code true} or {@code
 * false}, or a time such as {@code 5ms}, which becomes a number of the unit that the constant's
 * name ends in ({@code _NS}, {@code _US}, {@code _MS}, {@code _S}), of nanoseconds if it ends in
 * none.
 *
 * @param literal as it stands in Java
 * @param label as it stands in tables, the same however it was typed
 * @param number for the axis of a plot, times in milliseconds; NaN for what is no number
 * @param isTime whether it is a time
 */
record ConstantValue(String literal, String label, double number, boolean isTime) {

    private static final Pattern WHOLE = Pattern.compile("[-+]?\\d[\\d_]{0,40}");

    private static final Pattern TIME =
            Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)\\s*(ns|us|µs|ms|s)");

    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?(\\d{1,40}\\.?\\d{0,40}|\\.\\d{1,40})([eE][-+]?\\d{1,3})?");

    private static final Map<String, Long> UNITS =
            Map.of("ns", 1L, "us", 1_000L, "µs", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L);

    private static final double MS = 1e6;

    /**
     * Reads what was typed.
     *
     * @throws IllegalArgumentException if it is no value for that constant; says what is
     */
    static ConstantValue of(Constant constant, String typed) {
        String text = typed.strip();
        return switch (constant.type()) {
            case "boolean" -> truth(constant, text);
            case "float", "double" -> decimal(constant, text);
            case "byte" -> whole(constant, text, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case "short" -> whole(constant, text, Short.MIN_VALUE, Short.MAX_VALUE);
            case "int" -> whole(constant, text, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "long" -> whole(constant, text, Long.MIN_VALUE, Long.MAX_VALUE);
            default ->
                    throw new IllegalArgumentException(
                            "%s is a %s, and only numbers and booleans can be varied"
                                    .formatted(constant.name(), constant.type()));
        };
    }

    private static ConstantValue truth(Constant constant, String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw none(constant, text, "true or false");
        }
        return new ConstantValue(text, text, Double.NaN, false);
    }

    private static ConstantValue decimal(Constant constant, String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw none(constant, text, "a number, such as 0.5");
        }
        double value = Double.parseDouble(text);
        if (!Double.isFinite(constant.type().equals("float") ? (float) value : value)) {
            throw none(constant, text, "a number that a " + constant.type() + " can be");
        }
        String literal = constant.type().equals("float") ? value + "f" : String.valueOf(value);
        return new ConstantValue(
                literal, new BigDecimal(text).stripTrailingZeros().toPlainString(), value, false);
    }

    private static ConstantValue whole(Constant constant, String text, long least, long most) {
        Matcher time = TIME.matcher(text.toLowerCase(Locale.ROOT));
        BigInteger value;
        boolean isTime = time.matches();
        long unit = UNITS.getOrDefault(suffix(constant.name()), 1L);
        if (isTime) {
            BigDecimal ns =
                    new BigDecimal(time.group(1))
                            .multiply(BigDecimal.valueOf(UNITS.get(time.group(2))));
            try {
                value = ns.divide(BigDecimal.valueOf(unit)).toBigIntegerExact();
            } catch (ArithmeticException e) {
                throw none(constant, text, "a whole number of its unit");
            }
        } else if (WHOLE.matcher(text).matches()) {
            value = new BigInteger(text.replace("_", "").replaceFirst("^\\+", ""));
            isTime = UNITS.containsKey(suffix(constant.name())) && value.signum() > 0;
        } else {
            throw none(constant, text, "a whole number or a time, such as 5ms");
        }
        if (value.compareTo(BigInteger.valueOf(least)) < 0
                || value.compareTo(BigInteger.valueOf(most)) > 0) {
            throw none(constant, text, "from %d to %d".formatted(least, most));
        }
        String literal = value + (constant.type().equals("long") ? "L" : "");
        if (!isTime) {
            return new ConstantValue(literal, value.toString(), value.doubleValue(), false);
        }
        BigInteger ns = value.multiply(BigInteger.valueOf(unit));
        return new ConstantValue(literal, time(ns), ns.doubleValue() / MS, true);
    }

    /** Returns the unit that a name ends in, in small letters; the end of it if that is none. */
    private static String suffix(String name) {
        return name.substring(name.lastIndexOf('_') + 1).toLowerCase(Locale.ROOT);
    }

    private static String time(BigInteger ns) {
        for (String unit : new String[] {"s", "ms", "us"}) {
            BigInteger[] parts = ns.divideAndRemainder(BigInteger.valueOf(UNITS.get(unit)));
            if (parts[1].signum() == 0 && parts[0].signum() != 0) {
                return parts[0] + unit;
            }
        }
        return ns + "ns";
    }

    private static IllegalArgumentException none(Constant constant, String text, String what) {
        return new IllegalArgumentException(
                "%s %s cannot be '%s': give it %s"
                        .formatted(constant.type(), constant.name(), text, what));
    }
}
