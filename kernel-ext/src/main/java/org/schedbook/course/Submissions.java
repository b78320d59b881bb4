package org.schedbook.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The submissions in a directory: {@code STUDENT.ipynb}, {@code STUDENT/…ipynb}, or {@code
 * STUDENT/LAB/LAB.ipynb} as nbgrader has them.
 */
public final class Submissions {

    private static final String NOTEBOOK = ".ipynb";

    /** Students are found at the top, their notebooks at most so far below. */
    private static final int DEPTH = 3;

    /**
     * Returns the notebook of each student, by the student's name; empty where there is none, or
     * more than one and none is called as the lab.
     *
     * @throws IOException if the directory cannot be read
     */
    public static Map<String, Optional<Path>> in(Path directory, Lab lab) throws IOException {
        var found = new TreeMap<String, Optional<Path>>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.sorted().toList()) {
                String name = entry.getFileName().toString();
                if (name.startsWith(".")) {
                    continue;
                }
                if (Files.isDirectory(entry)) {
                    found.put(name, notebook(entry, lab));
                } else if (name.endsWith(NOTEBOOK)) {
                    found.put(
                            name.substring(0, name.length() - NOTEBOOK.length()),
                            Optional.of(entry));
                }
            }
        }
        return found;
    }

    /** Follows no links, and whatever cannot be read is as if it were not there. */
    private static Optional<Path> notebook(Path directory, Lab lab) {
        Path ofLab = directory.resolve(lab.name());
        Path from = Files.isDirectory(ofLab, LinkOption.NOFOLLOW_LINKS) ? ofLab : directory;
        List<Path> notebooks;
        try (Stream<Path> files = Files.walk(from, DEPTH)) {
            notebooks =
                    files.filter(file -> file.getFileName().toString().endsWith(NOTEBOOK))
                            .filter(file -> !file.toString().contains(".ipynb_checkpoints"))
                            .sorted()
                            .toList();
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
        if (notebooks.size() == 1) {
            return Optional.of(notebooks.getFirst());
        }
        return notebooks.stream()
                .filter(file -> file.getFileName().toString().equals(lab.name() + NOTEBOOK))
                .findFirst();
    }

    private Submissions() {}
}
