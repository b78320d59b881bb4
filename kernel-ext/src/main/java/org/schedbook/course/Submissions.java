package org.schedbook.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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
     * where it cannot be told which one counts.
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
                    put(found, name, notebook(entry, lab));
                } else if (isNotebook(entry)) {
                    put(
                            found,
                            name.substring(0, name.length() - NOTEBOOK.length()),
                            Optional.of(entry));
                }
            }
        }
        return found;
    }

    /** Returns the names of the files at the top that are taken for nobody's. */
    public static List<String> leftOut(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> !Files.isDirectory(entry) && !isNotebook(entry))
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    /** One student may have a file and a directory, and then neither of them counts. */
    private static void put(
            Map<String, Optional<Path>> found, String student, Optional<Path> notebook) {
        Optional<Path> other = found.getOrDefault(student, Optional.empty());
        found.put(
                student,
                notebook.isPresent() && other.isPresent()
                        ? Optional.empty()
                        : notebook.or(() -> other));
    }

    private static boolean isNotebook(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(NOTEBOOK);
    }

    /** Follows no links; a directory that cannot be read stands for what may be in it. */
    private static Optional<Path> notebook(Path directory, Lab lab) {
        Path ofLab = directory.resolve(lab.name());
        Path from = Files.isDirectory(ofLab, LinkOption.NOFOLLOW_LINKS) ? ofLab : directory;
        List<Path> notebooks;
        try (Stream<Path> files = Files.walk(from, DEPTH)) {
            notebooks =
                    files.filter(Submissions::isNotebook)
                            .filter(file -> !file.toString().contains(".ipynb_checkpoints"))
                            .sorted()
                            .toList();
        } catch (IOException | UncheckedIOException e) {
            return Optional.of(directory);
        }
        if (notebooks.size() == 1) {
            return Optional.of(notebooks.getFirst());
        }
        List<Path> named =
                notebooks.stream()
                        .filter(file -> file.getFileName().toString().equals(lab.name() + NOTEBOOK))
                        .sorted(Comparator.comparingInt(Path::getNameCount))
                        .toList();
        boolean isOne =
                named.size() == 1
                        || named.size() > 1
                                && named.get(0).getNameCount() < named.get(1).getNameCount();
        return isOne ? Optional.of(named.getFirst()) : Optional.empty();
    }

    private Submissions() {}
}
