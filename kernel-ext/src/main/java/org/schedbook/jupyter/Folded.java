package org.schedbook.jupyter;

import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * A long text below its title, which folds and unfolds it. The twin in plain text has all of it.
 *
 * @param open whether it is unfolded to begin with
 */
public record Folded(String title, String text, boolean open) implements Renderable {

    @Override
    public DisplayData bundle() {
        var data = new DisplayData("--- %s ---\n%s".formatted(title, text));
        data.putHTML(Html.folded(title, text, open));
        return data;
    }
}
