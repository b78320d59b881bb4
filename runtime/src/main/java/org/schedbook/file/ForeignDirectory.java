package org.schedbook.file;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** A directory that may come from a stranger, and that is to be worked in. */
public final class ForeignDirectory {

    /**
     * Makes sure that what is written to a directory stays in it, and that nothing there is waited
     * for: that it has plain files and directories only, and is no link itself. It need not exist.
     *
     * @throws ForeignFileException if there is something else
     */
    public static void requirePlain(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (!attributes.isRegularFile()) {
                            String kind = attributes.isSymbolicLink() ? "a link" : "no plain file";
                            throw new ForeignFileException("%s is %s".formatted(file, kind));
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        // Who works here at the same time removes files, too.
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }
                });
    }

    private ForeignDirectory() {}
}
