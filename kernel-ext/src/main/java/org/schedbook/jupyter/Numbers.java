package org.schedbook.jupyter;

import java.math.BigInteger;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/**
 * Numbers on the line of a magic or of a command; what is none is answered without Java's types.
 */
public final class Numbers {

    private Numbers() {}

    /** Has a command, and those below it, read its numbers so. */
    public static CommandLine in(CommandLine command) {
        return command.registerConverter(int.class, Numbers::anInt)
                .registerConverter(Integer.class, Numbers::anInt)
                .registerConverter(long.class, Numbers::aLong)
                .registerConverter(Long.class, Numbers::aLong)
                .registerConverter(double.class, Numbers::aDouble)
                .registerConverter(Double.class, Numbers::aDouble);
    }

    private static int anInt(String text) {
        return (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static long aLong(String text) {
        return whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static long whole(String text, long least, long most) {
        BigInteger number;
        try {
            number = new BigInteger(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'%s' is no whole number".formatted(text));
        }
        if (number.compareTo(BigInteger.valueOf(least)) < 0
                || number.compareTo(BigInteger.valueOf(most)) > 0) {
            throw new TypeConversionException(
                    "%s is not between %d and %d".formatted(text, least, most));
        }
        return number.longValue();
    }

    private static double aDouble(String text) {
        try {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new TypeConversionException("'%s' is no number".formatted(text));
    }
}
