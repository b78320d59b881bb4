package org.schedbook.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads what a server sends, line by line: server-sent events, as they are and as they are often
 * meant, JSON without events, or something else altogether. What is too much is not read.
 */
final class EventReader {

    static final int MAX_LINE = 4 << 20;

    private static final long MAX_TOTAL = 64L << 20;

    /** Of what is no event: an error message, or an answer in plain text. */
    private static final int MAX_STRAY = 1 << 16;

    private static final Pattern FIELD =
            Pattern.compile("(data|event|id|retry|error)?\\s*:", Pattern.CASE_INSENSITIVE);

    /** Each line is looked at with all before it, to see whether an event is whole. */
    private static final int MAX_LOOSE = 1 << 16;

    /** Is given what a server sends. */
    interface Sink {

        /**
         * One event.
         *
         * @param name of the event, empty if it has none
         * @return whether to read on
         */
        boolean event(String name, String data) throws InterruptedException;

        /** Text that is no event; at the end, if there was any. */
        void stray(String text) throws InterruptedException;
    }

    /** A server that sends more than an answer can be. */
    static final class TooMuchException extends IOException {

        private static final long serialVersionUID = 1L;

        TooMuchException(String message) {
            super(message);
        }
    }

    private final InputStream in;
    private final Sink sink;
    private final StringBuilder data = new StringBuilder();
    private final StringBuilder stray = new StringBuilder();
    private String name = "";
    private boolean document;
    private boolean open = true;
    private long total;
    private boolean afterReturn;

    EventReader(InputStream in, Sink sink) {
        this.in = new BufferedInputStream(in, 1 << 14);
        this.sink = sink;
    }

    void read() throws IOException, InterruptedException {
        for (String line = line(); line != null && open; line = line()) {
            take(line.replaceFirst("^[\ufeff\\s\\x00]+", ""));
        }
        if (open) {
            dispatch();
            if (!stray.toString().isBlank()) {
                sink.stray(stray.toString().strip());
            }
        }
    }

    private void take(String line) throws IOException, InterruptedException {
        if (document) {
            append(line);
            if (line.equals("}") || line.equals("]")) {
                dispatchIfWhole();
            }
        } else if (line.isBlank()) {
            dispatch();
        } else if (goesOn(line)) {
            append(line);
        } else if (line.startsWith("{") || line.startsWith("[{") || line.equals("[")) {
            dispatch();
            append(line);
            document = true;
            dispatchIfWhole();
        } else {
            field(line);
        }
    }

    /** Returns whether a line without a field is more of an event that is not whole yet. */
    private boolean goesOn(String line) {
        return !data.isEmpty()
                && data.length() < MAX_LOOSE
                && data.charAt(0) == '{'
                && !FIELD.matcher(line).lookingAt()
                && !isWhole(data.toString());
    }

    private void field(String line) throws IOException, InterruptedException {
        int colon = line.indexOf(':');
        String value = colon < 0 ? "" : line.substring(colon + 1).stripLeading();
        switch ((colon < 0 ? line : line.substring(0, colon)).strip().toLowerCase(Locale.ROOT)) {
            case "" -> {} // a comment
            case "data" -> {
                // Where the blank line between two events is missing, the first is whole already.
                if (!data.isEmpty() && isWhole(data.toString())) {
                    dispatch();
                }
                // A gateway may put it before what has it already.
                append(value.replaceFirst("^data:\\s*", ""));
            }
            case "event" -> {
                if (!data.isEmpty()) {
                    dispatch();
                }
                name = value.strip();
            }
            case "id", "retry" -> {}
            case "error" -> {
                dispatch();
                name = "error";
                append(value);
                dispatch();
            }
            default -> {
                if (stray.length() < MAX_STRAY) {
                    stray.append(line, 0, Math.min(line.length(), MAX_STRAY)).append('\n');
                }
            }
        }
    }

    private void append(String line) throws IOException {
        if (data.length() + line.length() > MAX_LINE) {
            throw new TooMuchException("an event of more than %,d bytes".formatted(MAX_LINE));
        }
        data.append(data.isEmpty() ? "" : "\n").append(line);
    }

    private void dispatchIfWhole() throws InterruptedException {
        if (isWhole(data.toString())) {
            dispatch();
        }
    }

    private void dispatch() throws InterruptedException {
        String event = data.toString();
        String called = name;
        data.setLength(0);
        name = "";
        document = false;
        if (open && !event.isBlank()) {
            open = sink.event(called, event);
        }
    }

    private static boolean isWhole(String text) {
        if (!text.endsWith("}") && !text.endsWith("]")) {
            return false;
        }
        try {
            Words.JSON.readTree(text);
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Returns the next line, which ends with CR, LF or both; null at the end. */
    private String line() throws IOException {
        var line = new ByteArrayOutputStream(256);
        while (true) {
            int b = in.read();
            if (b == '\n' && afterReturn) {
                afterReturn = false;
                continue;
            }
            afterReturn = b == '\r';
            if (b < 0) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
            }
            if (++total > MAX_TOTAL) {
                throw new TooMuchException("more than %,d bytes".formatted(MAX_TOTAL));
            }
            if (b == '\n' || b == '\r') {
                return line.toString(StandardCharsets.UTF_8);
            }
            if (line.size() >= MAX_LINE) {
                throw new TooMuchException("a line of more than %,d bytes".formatted(MAX_LINE));
            }
            line.write(b);
        }
    }
}
