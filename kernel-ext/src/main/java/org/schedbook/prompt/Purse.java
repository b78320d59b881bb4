package org.schedbook.prompt;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;

/**
 * What answers that are asked for at once may cost together. Each is taken to cost as much as the
 * dearest of its kind so far, and is asked for beside others only if the limit covers it and them.
 * The first of a kind is asked for alone: nobody knows yet what it costs.
 */
final class Purse {

    /** For answers that may cost anything. */
    static final Purse BOTTOMLESS = new Purse(OptionalDouble.empty(), () -> 0);

    private final OptionalDouble limit;
    private final DoubleSupplier spent;
    private final Map<String, Double> dearest = new HashMap<>();
    private double reserved;

    /**
     * @param spent what all answers that have come have cost
     */
    Purse(OptionalDouble limit, DoubleSupplier spent) {
        this.limit = limit;
        this.spent = spent;
    }

    /** The right to ask for an answer, until it has come. */
    final class Share {

        private final String kind;
        private final double amount;

        private Share(String kind, double amount) {
            this.kind = kind;
            this.amount = amount;
        }

        /**
         * Gives it back.
         *
         * @param cost empty if it is not known, or no answer has come
         */
        void close(OptionalDouble cost) {
            synchronized (Purse.this) {
                reserved -= amount;
                cost.ifPresent(each -> dearest.merge(kind, each, Math::max));
                Purse.this.notifyAll();
            }
        }
    }

    /**
     * Waits until another answer can be paid.
     *
     * @param kind answers of a kind cost about the same
     * @return empty if none can: the limit is reached
     */
    synchronized Optional<Share> take(String kind) throws InterruptedException {
        while (limit.isPresent()) {
            double left = limit.getAsDouble() - spent.getAsDouble();
            if (left <= 0) {
                return Optional.empty();
            }
            double amount = dearest.getOrDefault(kind, left);
            if (reserved == 0 || reserved + amount <= left) {
                reserved += amount;
                return Optional.of(new Share(kind, amount));
            }
            wait();
        }
        return Optional.of(new Share(kind, 0));
    }
}
