package org.schedbook.jupyter;

/** The person stopped the cell. */
public final class Interrupted extends CellError {

    private static final long serialVersionUID = 1L;

    public Interrupted(String what) {
        super(what);
    }
}
