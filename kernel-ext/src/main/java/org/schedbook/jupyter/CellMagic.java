package org.schedbook.jupyter;

import java.util.List;
import java.util.Optional;

/**
 * The cell magic with which a cell starts, as the kernel reads it.
 *
 * @param name its name, without percent signs
 * @param arguments what stands behind the name
 * @param firstBodyLine the line of the cell with which the body begins, from 1
 * @param body what follows the magic's line
 */
public record CellMagic(String name, List<String> arguments, int firstBodyLine, String body) {

    /** Returns the cell magic of a cell, or nothing if the cell is Java. */
    public static Optional<CellMagic> of(String cell) {
        CellSource source = CellSource.of(cell);
        if (source.magic() == null) {
            return Optional.empty();
        }
        MagicLine line = MagicLine.parse(source.magic());
        return Optional.of(
                new CellMagic(line.name(), line.values(), source.line() + 1, source.body()));
    }
}
