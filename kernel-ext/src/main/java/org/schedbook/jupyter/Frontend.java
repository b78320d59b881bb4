package org.schedbook.jupyter;

import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/** What a magic asks of the notebook it runs in; tests answer with a recording. */
public interface Frontend {

    /** Turns any object into its MIME bundle, as the value of a cell would be. */
    DisplayData render(Object value);

    /** Shows a bundle under the running cell. */
    void display(DisplayData data);

    /** Replaces the display that has the same {@code display_id}. */
    void update(DisplayData data);

    /**
     * Offers source as the next cell, for the person to read, edit and run.
     *
     * @return false if this kernel cannot, in which case the source has been shown instead
     */
    boolean offerNextCell(String source);

    /** Evaluates Java source in the session and returns the value of its last expression. */
    Object eval(String source);
}
