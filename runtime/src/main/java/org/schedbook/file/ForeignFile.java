package org.schedbook.file;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads files that may come from a stranger. A pipe or a device, or a link to one, is not read, as
 * it may never end; and no more is read than a limit, whatever the length is said to be.
 */
public final class ForeignFile {

    /**
     * Returns what is in a file.
     *
     * @throws ForeignFileException if it is no file or has more bytes
     */
    public static byte[] read(Path file, int maxBytes) throws IOException {
        try (InputStream in = open(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new ForeignFileException(
                        "%s has more than %s".formatted(file, size(maxBytes)));
            }
            return bytes;
        }
    }

    /**
     * Returns a file's text; what is no UTF-8 is replaced.
     *
     * @throws ForeignFileException if it is no file or has more bytes
     */
    public static String text(Path file, int maxBytes) throws IOException {
        return new String(read(file, maxBytes), StandardCharsets.UTF_8);
    }

    /**
     * Opens a file of lines, which is read as far as the lines are no longer than a limit; reading
     * on fails with a {@link ForeignFileException}. The stream knows marks.
     *
     * @throws ForeignFileException if it is no file
     */
    public static InputStream lines(Path file, int maxLine) throws IOException {
        return new BufferedInputStream(new Lines(file, open(file), maxLine), 1 << 16);
    }

    private static InputStream open(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new ForeignFileException(file + " is no file");
        }
        return Files.newInputStream(file);
    }

    private static String size(int bytes) {
        return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
    }

    private static final class Lines extends FilterInputStream {

        private final Path file;
        private final int maxLine;
        private int line;

        Lines(Path file, InputStream in, int maxLine) {
            super(in);
            this.file = file;
            this.maxLine = maxLine;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("is read through a buffer");
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int read = super.read(to, from, length);
            for (int i = from; i < from + read; i++) {
                line = to[i] == '\n' ? 0 : line + 1;
                if (line > maxLine) {
                    throw new ForeignFileException(
                            "%s has a line of more than %s".formatted(file, size(maxLine)));
                }
            }
            return read;
        }
    }

    private ForeignFile() {}
}
