package org.schedbook.jupyter;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.messages.publish.PublishClearOutput;
import org.dflib.jjava.jupyter.messages.publish.PublishStream;
import org.dflib.jjava.jupyter.messages.publish.PublishStream.StreamType;

/**
 * What cells write to {@code System.out} and {@code System.err}. It is sent in batches, in the
 * order in which it was written, and before whatever else the cell shows after it. A thread that
 * writes when its cell has ended writes to the cell that was run last.
 *
 * <p>A cell shows {@value #LIMIT} characters, and then the last {@value #TAIL} of what follows: a
 * loop without an end fills neither the notebook nor the memory.
 */
final class CellOutput {

    /** How late what is written may be seen. */
    static final long PERIOD_MS = 100;

    static final int LIMIT = 2_000_000;
    static final int TAIL = 10_000;

    /** Characters that are sent without waiting for the end of the period. */
    private static final int BATCH = 1 << 16;

    /**
     * How often a cell may change between out and err. Each change costs a message; beyond, the two
     * are in order by batches.
     */
    private static final int MAX_CHANGES = 2_000;

    private static final Executor NEXT_PERIOD =
            CompletableFuture.delayedExecutor(PERIOD_MS, TimeUnit.MILLISECONDS);

    /** Text of one stream, or, where {@code text} is null, the removal of what came before. */
    private record Part(StreamType type, StringBuilder text, PublishClearOutput clear) {}

    /** What is not shown any more; twice as much is kept before its start is thrown away. */
    private final StringBuilder tail = new StringBuilder();

    private final List<Part> pending = new ArrayList<>();
    private final PrintStream before;
    private CellReply reply;
    private int pendingChars;
    private boolean scheduled;
    private int room;
    private int changes;
    private long omitted;
    private StreamType omittedType;

    /** Returns the text, or so much of the start of a longer one as may be shown at once. */
    static String bounded(String text, int limit) {
        return text == null || text.length() <= limit
                ? text
                : "%s\n… %,d characters are left out …"
                        .formatted(text.substring(0, limit), text.length() - limit);
    }

    /**
     * @param before where text goes that is written before the first cell
     */
    CellOutput(PrintStream before) {
        this.before = before;
    }

    /** Has all that is written from now on shown as output of another cell. */
    synchronized void moveTo(CellReply next) {
        finish();
        reply = next;
        room = LIMIT;
        changes = 0;
    }

    void write(StreamType type, String text) {
        CellExecution.checkAbandoned();
        if (text.isEmpty() || CellEvaluator.isCompiling()) {
            return;
        }
        synchronized (this) {
            if (reply == null) {
                before.print(text);
                return;
            }
            int shown = Math.min(room, text.length());
            if (shown < text.length()
                    && shown > 0
                    && Character.isHighSurrogate(text.charAt(shown - 1))) {
                shown--;
            }
            if (shown > 0) {
                append(type, text.substring(0, shown));
                room = shown < text.length() ? 0 : room - shown;
            }
            if (shown < text.length()) {
                omit(type, text, shown);
            }
            if (pendingChars >= BATCH) {
                flush();
            } else {
                schedule();
            }
        }
    }

    private void append(StreamType type, String text) {
        if (!pending.isEmpty() && pending.getLast().text() == null) {
            // What this removes has not even been sent.
            pending.subList(0, pending.size() - 1).clear();
            pendingChars = 0;
        }
        Part part = null;
        for (Part each : pending.reversed()) {
            if (each.type() == type) {
                part = each;
            }
            if (part != null || each.text() == null || changes < MAX_CHANGES) {
                break;
            }
        }
        if (part == null) {
            part = new Part(type, new StringBuilder(), null);
            pending.add(part);
            changes++;
        }
        part.text().append(text);
        pendingChars += text.length();
    }

    private void omit(StreamType type, String text, int from) {
        if (omitted == 0) {
            append(
                    type,
                    "\n… %,d characters are shown; of what follows, the end when the cell is done …\n"
                            .formatted(LIMIT));
        }
        omitted += text.length() - from;
        omittedType = type;
        tail.append(text, Math.max(from, text.length() - TAIL), text.length());
        if (tail.length() > 2 * TAIL) {
            tail.delete(0, tail.length() - TAIL);
        }
    }

    private void schedule() {
        if (!scheduled && !pending.isEmpty()) {
            scheduled = true;
            NEXT_PERIOD.execute(
                    () -> {
                        synchronized (this) {
                            scheduled = false;
                            flush();
                        }
                    });
        }
    }

    /** Removes what the cell has shown, now or when it shows something else. */
    synchronized void clear(PublishClearOutput clear) {
        if (reply == null) {
            return;
        }
        if (!pending.isEmpty() && pending.getLast().text() == null) {
            if (clear.shouldWait()) {
                return;
            }
            pending.removeLast();
        }
        pending.add(new Part(null, null, clear));
        room = LIMIT;
        omitted = 0;
        tail.setLength(0);
        schedule();
    }

    /** Sends what was written so far, but for half a character whose other half is to come. */
    synchronized void flush() {
        Part half = null;
        for (Part part : pending) {
            if (part.text() == null) {
                reply.send(part.clear());
                continue;
            }
            StringBuilder text = part.text();
            int last = text.length() - 1;
            if (part == pending.getLast() && Character.isHighSurrogate(text.charAt(last))) {
                half = new Part(part.type(), new StringBuilder().append(text.charAt(last)), null);
                text.setLength(last);
            }
            if (!text.isEmpty()) {
                reply.send(new PublishStream(part.type(), text.toString()));
            }
        }
        pending.clear();
        pendingChars = 0;
        if (half != null) {
            pending.add(half);
        }
    }

    /** Sends all that was written, at the end of a cell. */
    synchronized void finish() {
        if (omitted > 0) {
            int start = Math.max(0, tail.length() - TAIL);
            int line = tail.indexOf("\n", start) + 1;
            if (omitted > TAIL) {
                start = line > 0 && line < tail.length() ? line : start;
            }
            String end = tail.substring(start);
            long left = omitted - end.length();
            append(
                    omittedType,
                    (left == 0 ? "" : "… %,d characters are left out …\n".formatted(left)) + end);
            omitted = 0;
            tail.setLength(0);
        }
        flush();
        pending.clear();
    }
}
