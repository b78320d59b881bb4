package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.schedbook.course.Grading;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Interrupts;
import org.schedbook.jupyter.Magics;
import org.schedbook.jupyter.RecordingFrontend;
import org.schedbook.session.Session;
import org.schedbook.view.Renderers;

/** A notebook in this process, without a kernel: magics are called, and what they show is kept. */
final class Notebook implements AutoCloseable {

    static final String FIFO =
            """
            public class MyFifo extends Policy {
                public void enqueue(Task task, long enqFlags) {
                    insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                }
            }""";

    private final Session session;
    private final Map<String, String> environment;
    private RecordingFrontend frontend;
    private Magics magics;

    Notebook(Path directory) {
        this(directory, Map.of());
    }

    Notebook(Path directory, Map<String, String> environment) {
        this.session = new Session(directory.resolve(".schedbook"), Grading.isOn(environment));
        this.environment = environment;
        anew();
    }

    private void anew() {
        frontend = new RecordingFrontend();
        Renderers.register(frontend.renderer());
        magics = new Magics(frontend, new MagicsRegistry());
        SchedbookMagics.register(magics, environment, session);
    }

    Session session() {
        return session;
    }

    /** Runs a magic, and returns all that its cell shows, its value last. */
    String ok(String line) {
        return ok(line, null);
    }

    /** Runs a cell magic, and returns all that its cell shows. */
    String ok(String line, String body) {
        anew();
        Object value = magics.call(line, body);
        if (value != null) {
            frontend.display(frontend.render(value));
        }
        return frontend.shown();
    }

    /** Runs a magic, and returns its value as plain text. */
    String text(String line) {
        anew();
        return (String)
                frontend.render(magics.call(line, null)).getData(MIMEType.parse("text/plain"));
    }

    /** Runs a magic that fails, with these words on its card and no stack trace. */
    CellError fails(String line, String body, String... words) {
        anew();
        var error = assertThrows(CellError.class, () -> magics.call(line, body));
        for (String word : words) {
            assertTrue(frontend.shown().contains(word), word + " in\n" + frontend.shown());
        }
        assertFalse(frontend.shown().contains("\tat "), frontend.shown());
        return error;
    }

    /** Interrupts the magic that runs on another thread. */
    void interrupt() throws InterruptedException {
        assertTrue(Interrupts.of(magics), "nothing was there to interrupt");
    }

    /** Returns all that the last cell shows. */
    String shown() {
        return frontend.shown();
    }

    List<String> complete(String text) {
        return magics.complete(text).values();
    }

    /** Returns what the last cell offered as the next one. */
    List<String> offered() {
        return frontend.offered();
    }

    @Override
    public void close() {
        session.close();
    }
}
