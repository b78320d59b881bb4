package org.schedbook.target.vm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads a stream to its end on a thread of its own and keeps the last 64 KiB. */
final class Tail {

    private static final int KEPT = 64 << 10;

    private final byte[] ring = new byte[KEPT];
    private long written;

    Tail(InputStream in) {
        Thread.ofVirtual().name("tail").start(() -> read(in));
    }

    private void read(InputStream in) {
        byte[] buffer = new byte[8192];
        try (in) {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                append(buffer, n);
            }
        } catch (IOException e) {
            append("(the stream broke)".getBytes(StandardCharsets.UTF_8), 18);
        }
    }

    private synchronized void append(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            ring[(int) (written++ % KEPT)] = bytes[i];
        }
    }

    /** Returns what is kept, as text. */
    synchronized String text() {
        int length = (int) Math.min(written, KEPT);
        byte[] kept = new byte[length];
        for (int i = 0; i < length; i++) {
            kept[i] = ring[(int) ((written - length + i) % KEPT)];
        }
        return new String(kept, StandardCharsets.UTF_8);
    }
}
