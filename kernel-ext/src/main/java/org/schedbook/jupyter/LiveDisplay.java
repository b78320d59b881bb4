package org.schedbook.jupyter;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * One display of a cell, redrawn in place at most ten times a second however often it changes. What
 * {@link #close} draws is what the notebook keeps.
 */
public final class LiveDisplay implements AutoCloseable {

    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Frontend frontend;
    private final Supplier<DisplayData> picture;
    private final String id = UUID.randomUUID().toString();
    private long drawnNs;
    private boolean shown;
    private boolean scheduled;
    private boolean closed;

    /**
     * @param picture draws the present state; called only when a drawing is due, perhaps on another
     *     thread
     */
    public LiveDisplay(Frontend frontend, Supplier<DisplayData> picture) {
        this.frontend = frontend;
        this.picture = picture;
    }

    /** Says that the state has changed. */
    public synchronized void changed() {
        if (closed || scheduled) {
            return;
        }
        long waitNs = shown ? drawnNs + PERIOD_NS - System.nanoTime() : 0;
        if (waitNs <= 0) {
            draw();
        } else {
            scheduled = true;
            CompletableFuture.delayedExecutor(waitNs, TimeUnit.NANOSECONDS).execute(this::due);
        }
    }

    private synchronized void due() {
        scheduled = false;
        if (!closed) {
            draw();
        }
    }

    private void draw() {
        DisplayData data = picture.get();
        // Not setDisplayId: its signature differs between JJava versions.
        data.putTransientData("display_id", id);
        if (shown) {
            frontend.update(data);
        } else {
            frontend.display(data);
        }
        shown = true;
        drawnNs = System.nanoTime();
    }

    /** Draws the last state; later changes are ignored. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            draw();
        }
    }
}
