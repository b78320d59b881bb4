package org.schedbook.jupyter;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.dflib.jjava.jupyter.messages.publish.PublishStream.StreamType;

/**
 * {@code System.out} or {@code System.err} of a notebook. Text is handed on as text: through the
 * encoder of {@link PrintStream} it would be slower, and what an interrupted cell still writes
 * would be left in there for the next.
 */
final class CellStream extends PrintStream {

    private final CellOutput output;
    private final StreamType type;
    private byte[] incomplete = {};

    CellStream(CellOutput output, StreamType type) {
        super(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        this.output = output;
        this.type = type;
    }

    @Override
    public void print(String s) {
        output.write(type, String.valueOf(s));
    }

    private void printLine(String s) {
        output.write(type, s + "\n");
    }

    @Override
    public void print(boolean b) {
        print(String.valueOf(b));
    }

    @Override
    public void print(char c) {
        print(String.valueOf(c));
    }

    @Override
    public void print(int i) {
        print(String.valueOf(i));
    }

    @Override
    public void print(long l) {
        print(String.valueOf(l));
    }

    @Override
    public void print(float f) {
        print(String.valueOf(f));
    }

    @Override
    public void print(double d) {
        print(String.valueOf(d));
    }

    @Override
    public void print(char[] s) {
        print(String.valueOf(s));
    }

    @Override
    public void print(Object o) {
        print(String.valueOf(o));
    }

    @Override
    public void println() {
        printLine("");
    }

    @Override
    public void println(boolean b) {
        printLine(String.valueOf(b));
    }

    @Override
    public void println(char c) {
        printLine(String.valueOf(c));
    }

    @Override
    public void println(int i) {
        printLine(String.valueOf(i));
    }

    @Override
    public void println(long l) {
        printLine(String.valueOf(l));
    }

    @Override
    public void println(float f) {
        printLine(String.valueOf(f));
    }

    @Override
    public void println(double d) {
        printLine(String.valueOf(d));
    }

    @Override
    public void println(char[] s) {
        printLine(String.valueOf(s));
    }

    @Override
    public void println(String s) {
        printLine(String.valueOf(s));
    }

    @Override
    public void println(Object o) {
        printLine(String.valueOf(o));
    }

    @Override
    public PrintStream append(CharSequence s) {
        print(String.valueOf(s));
        return this;
    }

    @Override
    public PrintStream append(CharSequence s, int start, int end) {
        return append((s == null ? "null" : s).subSequence(start, end));
    }

    @Override
    public PrintStream append(char c) {
        print(c);
        return this;
    }

    @Override
    public PrintStream format(String format, Object... args) {
        print(String.format(format, args));
        return this;
    }

    @Override
    public PrintStream format(Locale locale, String format, Object... args) {
        print(String.format(locale, format, args));
        return this;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void writeBytes(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    /** Hands on whole characters, and keeps the bytes of one whose end has not come yet. */
    @Override
    public void write(byte[] bytes, int from, int length) {
        String text;
        synchronized (this) {
            var all = new byte[incomplete.length + length];
            System.arraycopy(incomplete, 0, all, 0, incomplete.length);
            System.arraycopy(bytes, from, all, incomplete.length, length);
            int whole = wholeCharacters(all);
            incomplete = Arrays.copyOfRange(all, whole, all.length);
            text = new String(all, 0, whole, StandardCharsets.UTF_8);
        }
        output.write(type, text);
    }

    private static int wholeCharacters(byte[] bytes) {
        for (int back = 1; back <= Math.min(3, bytes.length); back++) {
            int lead = bytes[bytes.length - back] & 0xff;
            if (lead >= 0xc0) {
                int needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
                return needs > back ? bytes.length - back : bytes.length;
            }
            if (lead < 0x80) {
                break;
            }
        }
        return bytes.length;
    }

    /** What is written is shown within {@link CellOutput#PERIOD_MS}; a flush changes nothing. */
    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public boolean checkError() {
        return false;
    }
}
