package org.schedbook.jupyter;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * A progress display, which goes when all is done: bar, done/total, elapsed time and, once there is
 * something to judge by, the time left. The clock runs between steps too. Thread-safe.
 */
public final class Progress implements AutoCloseable {

    private static final int BAR = 20;

    private final String title;
    private final long total;
    private final long startNs = System.nanoTime();
    private final LiveDisplay display;
    private long done;
    private String note = "";
    private boolean closed;

    /**
     * @param total the number of steps, at least 1
     */
    public Progress(Frontend frontend, String title, long total) {
        if (total < 1) {
            throw new IllegalArgumentException("total " + total);
        }
        this.title = title;
        this.total = total;
        this.display = new LiveDisplay(frontend, this::picture);
        tick();
    }

    private void tick() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        display.changed();
        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(this::tick);
    }

    /** One step is done. */
    public void step() {
        synchronized (this) {
            done = Math.min(done + 1, total);
        }
        display.changed();
    }

    /** Says in a few words what is going on now. */
    public void note(String words) {
        synchronized (this) {
            note = words;
        }
        display.changed();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        display.close();
    }

    private synchronized DisplayData picture() {
        if (closed && done == total) {
            // What came of it is below; a notebook need not keep that it took its time.
            var nothing = new DisplayData("");
            nothing.putHTML("");
            return nothing;
        }
        String times = times();
        String count = done + "/" + total;
        String tail = closed && done < total ? "stopped" : closed ? "" : note;
        int filled = (int) (BAR * done / total);
        var data =
                new DisplayData(
                        "%s |%s%s| %s  %s  %s"
                                .formatted(
                                        title,
                                        "█".repeat(filled),
                                        " ".repeat(BAR - filled),
                                        count,
                                        times,
                                        tail)
                                .stripTrailing());
        data.putHTML(
                "<div style=\"margin:.3em 0;\">"
                        + Html.escape(title)
                        + " "
                        + Gauge.bar((double) done / total)
                        + " <code>"
                        + count
                        + "</code> <span style=\""
                        + Html.FAINT
                        + "\">"
                        + Html.escape((times + "  " + tail).strip())
                        + "</span></div>");
        return data;
    }

    private String times() {
        long elapsedNs = System.nanoTime() - startNs;
        if (closed || done == 0) {
            return clock(elapsedNs);
        }
        return clock(elapsedNs) + "<" + clock(elapsedNs / done * (total - done));
    }

    private static String clock(long ns) {
        Duration time = Duration.ofNanos(ns);
        return "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
    }
}
