package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/** A notebook that remembers what it was asked to show. */
public final class RecordingFrontend implements Frontend {

    final List<DisplayData> displays = new ArrayList<>();
    final List<DisplayData> updates = new ArrayList<>();
    final List<String> offered = new ArrayList<>();
    private final Renderer renderer = new Renderer();

    /** Returns how it renders, for more types to be registered. */
    public Renderer renderer() {
        return renderer;
    }

    /** Returns all that it shows, updates in their place, as a notebook keeps it. */
    public synchronized String shown() {
        var slots = new LinkedHashMap<Object, String>();
        for (DisplayData each : displays) {
            Object id = each.getDisplayId();
            slots.put(id == null ? new Object() : id, text(each));
        }
        updates.forEach(each -> slots.put(each.getDisplayId(), text(each)));
        return String.join("\n", slots.values());
    }

    /** Returns the sources it was offered as the next cell. */
    public List<String> offered() {
        return List.copyOf(offered);
    }

    @Override
    public DisplayData render(Object value) {
        return renderer.render(value);
    }

    @Override
    public synchronized void display(DisplayData data) {
        displays.add(data);
    }

    @Override
    public synchronized void update(DisplayData data) {
        updates.add(data);
    }

    @Override
    public boolean offerNextCell(String source) {
        return offered.add(source);
    }

    @Override
    public Object eval(String source) {
        throw new UnsupportedOperationException("no session in a unit test");
    }

    /** Returns the text of the display shown last, in its last state. */
    public synchronized String lastText() {
        return text(updates.isEmpty() ? displays.getLast() : updates.getLast());
    }

    public synchronized String lastHtml() {
        return (String) displays.getLast().getData(MIMEType.parse("text/html"));
    }

    synchronized String lastUpdateHtml() {
        return (String) updates.getLast().getData(MIMEType.parse("text/html"));
    }

    public static String text(DisplayData data) {
        return (String) data.getData(MIMEType.TEXT_PLAIN);
    }
}
