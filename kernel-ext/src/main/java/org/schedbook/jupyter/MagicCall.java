package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/**
 * One call of a magic: its place in the cell, and all it may do to the notebook. What has to be
 * closed at the end of the call (displays, hooks) is closed by the notebook if the magic has not
 * done so.
 */
public final class MagicCall {

    private final MagicLine line;
    private final int cellLine;
    private final String body;
    private final Frontend frontend;
    private final Thread thread = Thread.currentThread();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Runnable> hooks = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean interrupted;

    /**
     * @param cellLine the line of the cell that {@code line} is, from 1
     * @param body what follows the line of a cell magic, empty for a line magic
     */
    MagicCall(MagicLine line, int cellLine, String body, Frontend frontend) {
        this.line = line;
        this.cellLine = cellLine;
        this.body = body;
        this.frontend = frontend;
    }

    /** Returns the magic as typed, {@code %name} or {@code %%name}. */
    public String name() {
        return line.prefix() + line.name();
    }

    /**
     * Returns the end of the line as typed, quotes and all.
     *
     * @param words how many words that is
     */
    public String asTyped(int words) {
        var args = line.args();
        return line.text().substring(args.get(args.size() - words).start()).strip();
    }

    /** Returns the lines below a cell magic, as typed; empty for a line magic. */
    public String body() {
        return body;
    }

    /** Returns the notebook, for displays this class has no short cut for. */
    public Frontend frontend() {
        return frontend;
    }

    /** Shows a value under the cell now, before the magic returns. */
    public void show(Object value) {
        frontend.display(frontend.render(value));
    }

    /** Starts a display of text that arrives bit by bit. */
    public LiveText liveText(String title) {
        return closedAtEnd(new LiveText(frontend, title));
    }

    /**
     * Starts a display of text that grows.
     *
     * @param shown how the text looks in the notebook
     */
    public LiveText liveText(String title, UnaryOperator<String> shown) {
        return closedAtEnd(new LiveText(frontend, title, shown));
    }

    /** Starts a progress display of {@code total} steps. */
    public Progress progress(String title, long total) {
        return closedAtEnd(new Progress(frontend, title, total));
    }

    /**
     * Offers source as the next cell.
     *
     * @return false if this kernel cannot, in which case the source has been shown instead
     */
    public boolean offerNextCell(String source) {
        return frontend.offerNextCell(source);
    }

    /** Returns the line of the cell that the body begins in, from 1. */
    public int firstBodyLine() {
        return cellLine + 1;
    }

    /**
     * Turns a place in the body into a place in the cell.
     *
     * @param bodyLine the line of the body, from 1
     * @param column the column, from 1
     * @param length how many characters to underline
     */
    public CellError.Mark mark(int bodyLine, int column, int length, String message) {
        return new CellError.Mark(cellLine + bodyLine, column, length, message);
    }

    /**
     * Has {@code hook} run when the person interrupts this call, besides {@link Thread#interrupt}:
     * for work that an interrupt does not reach, such as a read from a socket or a child process.
     * It runs on another thread, at once if the call is already interrupted, and must not block.
     *
     * @return takes the hook back when closed
     */
    public Hook onInterrupt(Runnable hook) {
        synchronized (hooks) {
            hooks.add(hook);
        }
        if (interrupted) {
            hook.run();
        }
        return () -> {
            synchronized (hooks) {
                hooks.remove(hook);
            }
        };
    }

    /** A registered interrupt hook. */
    @FunctionalInterface
    public interface Hook extends AutoCloseable {
        @Override
        void close();
    }

    /** Returns whether the person has interrupted this call. */
    public boolean interrupted() {
        return interrupted;
    }

    /** Ends the call if the person has interrupted it. */
    public void checkInterrupted() {
        if (interrupted) {
            throw new Interrupted(name() + " was interrupted.");
        }
    }

    /** Returns the source the call was in, as far as it is known, with its lines where they are. */
    String cell() {
        return "\n".repeat(cellLine - 1) + line.text() + (body.isEmpty() ? "" : "\n" + body);
    }

    /** Returns the place of an argument. */
    CellError.Mark mark(MagicLine.Arg arg, String message) {
        return new CellError.Mark(cellLine, arg.start() + 1, arg.end() - arg.start(), message);
    }

    MagicLine line() {
        return line;
    }

    void interrupt() {
        interrupted = true;
        List<Runnable> now;
        synchronized (hooks) {
            now = List.copyOf(hooks);
        }
        now.forEach(Runnable::run);
        synchronized (ended) {
            if (ended.getCount() > 0) {
                thread.interrupt();
            }
        }
    }

    void end() throws Exception {
        try {
            for (AutoCloseable each : open.reversed()) {
                each.close();
            }
        } finally {
            synchronized (ended) {
                ended.countDown();
                if (interrupted) {
                    // The interrupt was meant for this call, not for what runs next on the thread.
                    Thread.interrupted();
                }
            }
        }
    }

    CountDownLatch ended() {
        return ended;
    }

    private <T extends AutoCloseable> T closedAtEnd(T closeable) {
        open.add(closeable);
        return closeable;
    }
}
