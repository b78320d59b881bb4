package org.schedbook.jupyter;

import java.util.function.UnaryOperator;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Text that grows in the cell while it arrives, under a title that may change; what is long is
 * folded in the end. Thread-safe.
 */
public final class LiveText implements AutoCloseable {

    private final StringBuilder text = new StringBuilder();
    private final LiveDisplay display;
    private final UnaryOperator<String> shown;
    private String title;
    private boolean closed;
    private boolean folded;

    /**
     * @param title one line above the text; empty for none
     */
    public LiveText(Frontend frontend, String title) {
        this(frontend, title, UnaryOperator.identity());
    }

    /**
     * @param shown how the text looks in the notebook
     */
    LiveText(Frontend frontend, String title, UnaryOperator<String> shown) {
        this.title = title;
        this.shown = shown;
        this.display = new LiveDisplay(frontend, this::picture);
        display.changed();
    }

    /** Adds text at the end. */
    public void append(CharSequence more) {
        synchronized (text) {
            text.append(more);
        }
        display.changed();
    }

    /** Replaces the title. */
    public void title(String line) {
        synchronized (text) {
            title = line;
        }
        display.changed();
    }

    /** Returns all text so far. */
    public String text() {
        synchronized (text) {
            return text.toString();
        }
    }

    private DisplayData picture() {
        String body;
        String head;
        boolean complete;
        boolean oneLine;
        synchronized (text) {
            body = shown.apply(text.toString());
            head = title;
            complete = closed;
            oneLine = folded;
        }
        var data = new DisplayData(head.isEmpty() ? body : head + "\n" + body);
        if (oneLine) {
            data.putHTML(Html.folded(head, body));
            return data;
        }
        data.putHTML(
                (head.isEmpty()
                                ? ""
                                : "<div style=\""
                                        + Html.FAINT
                                        + "\">"
                                        + Html.escape(head)
                                        + "</div>")
                        + (complete ? Html.log(body) : Html.pre(body)));
        return data;
    }

    /** Ends it as one line, which unfolds to all of the text. */
    public void fold(String line) {
        synchronized (text) {
            title = line;
            folded = true;
        }
        close();
    }

    @Override
    public void close() {
        synchronized (text) {
            closed = true;
        }
        display.close();
    }
}
