package org.schedbook.jupyter;

import java.util.List;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * What the person at the cell should know of a cell that has succeeded.
 *
 * @param sentences one paragraph each
 */
record Note(List<String> sentences) implements Renderable {

    @Override
    public DisplayData bundle() {
        String text = String.join("\n", sentences);
        var data = new DisplayData(text);
        data.putHTML(
                "<div style=\""
                        + Html.FAINT
                        + "\">"
                        + Html.escape(text).replace("\n", "<br>")
                        + "</div>");
        return data;
    }
}
