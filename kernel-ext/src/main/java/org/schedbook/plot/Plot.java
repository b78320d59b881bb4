package org.schedbook.plot;

import java.util.Base64;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.DisplayDataRenderable;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.schedbook.jupyter.Plain;

/**
 * A chart. The value of a cell, it shows itself as a PNG at twice the screen's resolution, with the
 * same numbers as plain text for diffs and terminals, and a sentence for screen readers.
 */
public interface Plot extends DisplayDataRenderable {

    /** Returns the drawing. */
    Picture picture();

    /** Returns the numbers of the drawing as lines of text. */
    String text();

    /** Returns one sentence that says what the chart shows. */
    String altText();

    /** Returns the picture alone, as a PNG at 2×. */
    default byte[] png() {
        return picture().png();
    }

    /** Returns the picture alone, as an SVG document. */
    default String svg() {
        return picture().svg();
    }

    /** Returns {@code image/png} with its size and alternative text, and {@code text/plain}. */
    default DisplayData bundle() {
        Picture picture = picture();
        var data = new DisplayData(text());
        data.putData("image/png", Base64.getEncoder().encodeToString(picture.png()));
        data.putMetaData(
                "image/png",
                Map.of(
                        "width",
                        Picture.WIDTH,
                        "height",
                        picture.height(),
                        "alt",
                        Plain.of(altText())));
        return data;
    }

    @Override
    default void render(RenderContext context) {
        context.getOutputContainer().assign(bundle());
    }
}
