package org.schedbook.sweep;

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
import java.util.stream.Stream;
import org.schedbook.bench.Bench;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.GuestImage;

/**
 * What a figure depends on besides what is measured.
 *
 * @param schedbook SHA-256 over the classes that measure, in hex, wherever they come from
 * @param java the version of Java
 * @param guest the image and the payload of the guest; empty where there is no guest
 */
record Versions(String schedbook, String java, String guest) {

    private static final class Code {
        static final String HASH = hash();
    }

    /**
     * Returns those of this process.
     *
     * @throws TargetException if there is no guest image for a target that wants one
     */
    static Versions of(TargetChoice target) throws TargetException {
        return new Versions(
                Code.HASH, Runtime.version().toString(), target.guest().isPresent() ? image() : "");
    }

    private static String image() throws TargetException {
        GuestImage image = GuestImage.find("current");
        return image.root().getParent().getFileName() + " " + image.payload().getFileName();
    }

    /** Returns a hash that is the same for a directory of classes and for a jar of them. */
    private static String hash() {
        try {
            Path place =
                    Path.of(
                            Bench.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            if (Files.isDirectory(place)) {
                return hash(place);
            }
            try (FileSystem jar = FileSystems.newFileSystem(place)) {
                return hash(jar.getPath("/"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new AssertionError("a place of classes is a path", e);
        }
    }

    private static String hash(Path root) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(root)) {
            found = files.filter(file -> file.toString().endsWith(".class")).toList();
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
}
