package org.schedbook.units;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** SHA-256 over code, in hex: the same for a directory and for a jar of it. */
public final class CodeHash {

    /** Returns that of all classes that come from where one comes from. */
    public static String of(Class<?> type) {
        try {
            return of(
                    Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()),
                    file -> file.toString().endsWith(".class"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new AssertionError("a place of classes is a path", e);
        }
    }

    /** Returns that of all files in a jar or a directory: tests may read others than classes. */
    public static String of(Path place) throws IOException {
        return of(place, Files::isRegularFile);
    }

    private static String of(Path place, Predicate<Path> those) throws IOException {
        if (Files.isDirectory(place)) {
            return hash(place, those);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return hash(jar.getPath("/"), those);
        }
    }

    private static String hash(Path root, Predicate<Path> those) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(root)) {
            found = files.filter(those).toList();
        }
        var sorted = new TreeMap<String, Path>();
        found.forEach(file -> sorted.put(root.relativize(file).toString(), file));
        MessageDigest digest = Unit.sha256();
        for (var each : sorted.entrySet()) {
            digest.update(each.getKey().getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(each.getValue()));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private CodeHash() {}
}
