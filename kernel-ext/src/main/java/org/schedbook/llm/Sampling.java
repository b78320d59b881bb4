package org.schedbook.llm;

import java.util.OptionalDouble;

/**
 * How a model is to answer.
 *
 * @param temperature 0 to 2; empty for what the endpoint chooses
 */
public record Sampling(OptionalDouble temperature) {

    /** Whatever the endpoint chooses. */
    public static final Sampling DEFAULT = new Sampling(OptionalDouble.empty());

    /** Returns them as JSON. */
    public String json() {
        return temperature.isPresent()
                ? "{\"temperature\":" + temperature.getAsDouble() + "}"
                : "{}";
    }
}
