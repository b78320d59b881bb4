package org.schedbook.file;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes files that a person names, in a directory that may be a stranger's: what is written is
 * what was named, and not what a link there leads to. One in the file's place is replaced. One on
 * the way is followed if it is this user's or root's, and leads nowhere out of the directory of the
 * notebook if the name does not.
 */
public final class NamedFile {

    /** As many as Linux follows. */
    private static final int MAX_LINKS = 40;

    /** Writes a text; see {@link #write(Path, WholeFile.Content)}. */
    public static void write(Path file, String text) throws IOException {
        write(file, WholeFile.of(text));
    }

    /**
     * Writes a file as a whole, in the place of the file or link that was there before.
     *
     * @throws ForeignFileException if a link on the way is not to be followed, or there is a
     *     directory, a pipe or a device in its place
     */
    public static void write(Path file, WholeFile.Content content) throws IOException {
        Path place = place(file);
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
                && !Files.isSymbolicLink(place)) {
            throw new ForeignFileException(file + " is no file");
        }
        WholeFile.write(place, content);
    }

    /**
     * Makes a directory that a person names, if there is none, to write such files to.
     *
     * @throws ForeignFileException if a link to it or on the way is not to be followed
     */
    public static Path directory(Path directory) throws IOException {
        return Files.createDirectories(followed(directory));
    }

    private static Path place(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : followed(parent).resolve(file.getFileName());
    }

    /** Returns where a path leads; what is not there yet leads to itself. */
    private static Path followed(Path path) throws IOException {
        Path here = Path.of("").toAbsolutePath();
        Path real = real(path);
        if (here.resolve(path).normalize().startsWith(here)
                && !real.startsWith(here.toRealPath())) {
            throw new ForeignFileException(
                    "%s leads out of this directory, to %s".formatted(path, real));
        }
        return real;
    }

    private static Path real(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path at = absolute.getRoot();
        Deque<Path> ahead = new ArrayDeque<>();
        absolute.forEach(ahead::add);
        for (int links = 0; !ahead.isEmpty(); ) {
            Path next = at.resolve(ahead.pop()).normalize();
            if (!Files.isSymbolicLink(next)) {
                at = next;
                continue;
            }
            if (!Trust.isOurs(next, LinkOption.NOFOLLOW_LINKS)) {
                throw new ForeignFileException(next + " is a link of somebody else's");
            }
            if (++links > MAX_LINKS) {
                throw new FileSystemLoopException(path.toString());
            }
            Path target = Files.readSymbolicLink(next);
            at = target.isAbsolute() ? target.getRoot() : at;
            for (int i = target.getNameCount() - 1; i >= 0; i--) {
                ahead.push(target.getName(i));
            }
        }
        return at;
    }

    private NamedFile() {}
}
