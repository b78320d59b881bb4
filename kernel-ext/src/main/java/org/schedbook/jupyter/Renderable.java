package org.schedbook.jupyter;

import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.DisplayDataRenderable;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;

/** A value that knows its MIME bundle: shown well as the value of any cell, magic or plain Java. */
public interface Renderable extends DisplayDataRenderable {

    /** Returns the bundle; it always has {@code text/plain} beside anything richer. */
    DisplayData bundle();

    @Override
    default void render(RenderContext context) {
        context.getOutputContainer().assign(bundle());
    }
}
