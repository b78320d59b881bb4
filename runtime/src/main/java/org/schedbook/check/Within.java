package org.schedbook.check;

/**
 * By how much shares may be off.
 *
 * @param part of the whole that is shared: 0.02 allows 38 to 42 % where 40 % are expected
 */
public record Within(double part) {

    public Within {
        if (!(part >= 0 && part < 1)) {
            throw new IllegalArgumentException(
                    "within(%s): by which part of the whole a share may be off, such as 0.02"
                            .formatted(part));
        }
    }
}
