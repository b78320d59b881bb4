package org.schedbook.compile;

/**
 * A constant of a policy that stands in its source as a value of its own: a {@code static final}
 * field with an initializer, of a primitive type.
 *
 * @param name the field's name
 * @param type the primitive type, as it is written
 * @param value the initializer, as it is written
 * @param start where the initializer starts in the source, from 0
 * @param end where it ends
 */
public record Constant(String name, String type, String value, int start, int end) {}
