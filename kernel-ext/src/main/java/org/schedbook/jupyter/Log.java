package org.schedbook.jupyter;

import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Lines that a program wrote. Where they are many, the end is shown and all of them are folded; the
 * twin in plain text has them all.
 */
public record Log(String text) implements Renderable {

    @Override
    public DisplayData bundle() {
        var data = new DisplayData(text);
        data.putHTML(Html.log(text));
        return data;
    }
}
