package org.schedbook.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Writes files that are there as a whole or not at all, whoever is killed: under another name in
 * the same directory, and renamed. A link in the file's place is replaced, and not followed.
 */
public final class WholeFile {

    /** What is written to a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private static final Pattern TEMPORARY =
            Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4,12}){4}");

    /** Writes a text, in the place of what was there before. */
    public static void write(Path file, String text) throws IOException {
        write(file, of(text));
    }

    /** Writes a file, in the place of what was there before. */
    static void write(Path file, Content content) throws IOException {
        Path written = temporary(file, content);
        try {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                keepPermissions(file, written);
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static void keepPermissions(Path old, Path written) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(old);
        if (!Files.getPosixFilePermissions(written).equals(permissions)) {
            Files.setPosixFilePermissions(written, permissions);
        }
    }

    /** Writes a text beside a file, under a name that nobody else uses. */
    public static Path temporary(Path file, String text) throws IOException {
        return temporary(file, of(text));
    }

    private static Path temporary(Path file, Content content) throws IOException {
        Path written = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        boolean whole = false;
        try (FileChannel channel =
                FileChannel.open(
                        written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.writeTo(Channels.newOutputStream(channel));
            channel.force(true);
            whole = true;
        } finally {
            if (!whole) {
                Files.deleteIfExists(written);
            }
        }
        return written;
    }

    static Content of(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns whether a file's name is one that {@link #temporary} gives. */
    public static boolean isTemporary(Path file) {
        return TEMPORARY.matcher(file.getFileName().toString()).matches();
    }

    private WholeFile() {}
}
