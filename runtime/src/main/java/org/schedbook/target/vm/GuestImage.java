package org.schedbook.target.vm;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.schedbook.file.ForeignFile;
import org.schedbook.file.Trust;
import org.schedbook.target.TargetException;

/**
 * The files a guest boots from, made by {@code ./schedbook}.
 *
 * @param kernel the Linux kernel
 * @param initrd its first file system, which finds the disk
 * @param root the guest's system: Debian, a Java runtime, the benchmarks; never written to
 * @param payload Schedbook's own jars; never written to
 * @param snapshots where this user's guests, saved while running, are kept; need not exist
 * @param shared where those of whoever made the image are, which is the same if that is this user;
 *     need not exist
 * @param properties how kernel, initrd and root were made, and when
 */
public record GuestImage(
        Path kernel,
        Path initrd,
        Path root,
        Path payload,
        Path snapshots,
        Path shared,
        Map<String, String> properties) {

    private static final String ARCHITECTURE = "architecture";
    private static final String SNAPSHOTS = "snapshots";

    private static final int MAX_PROPERTIES = 1 << 16;

    private static final String HOW_TO_ADD =
            "Run ./schedbook guest add %s in a terminal; it takes a few minutes.";

    /**
     * Finds the image in the directory named by the system property {@code schedbook.guest}, by the
     * environment's {@code SCHEDBOOK_GUEST}, or else in the user's cache; one of an architecture
     * that this machine has not, below that.
     */
    static GuestImage find(Architecture architecture) throws TargetException {
        return find(directory(architecture), "current", architecture);
    }

    /**
     * Finds one of the images in that directory.
     *
     * @param name of its subdirectory of {@code base}
     */
    public static GuestImage find(String name) throws TargetException {
        return find(directory(), name, Architecture.HOST);
    }

    static GuestImage find(Path directory, String name, Architecture architecture)
            throws TargetException {
        Path base = resolved(directory.resolve("base").resolve(name));
        var image =
                new GuestImage(
                        base.resolve("vmlinuz"),
                        base.resolve("initrd"),
                        base.resolve("root.ext4"),
                        resolved(directory.resolve("payload/current.ext4")),
                        snapshots(directory),
                        directory.resolve(SNAPSHOTS),
                        properties(base));
        for (Path file : new Path[] {image.kernel, image.initrd, image.root, image.payload}) {
            if (!Files.isReadable(file)) {
                throw missing(architecture, file);
            }
            checkTrust(file);
        }
        if (image.architecture() != architecture) {
            throw new TargetException(
                    "The guest image is for %s, and %s was to be started."
                            .formatted(image.properties.get(ARCHITECTURE), architecture.label()),
                    architecture == Architecture.HOST
                            ? "Import one for this machine, or have ./schedbook set-up build it."
                            : HOW_TO_ADD.formatted(architecture.label()),
                    base.toString());
        }
        return image;
    }

    private static TargetException missing(Architecture architecture, Path file) {
        if (!Files.notExists(file)) {
            return new TargetException(
                    "The guest image cannot be read by this user: %s.".formatted(file),
                    "Ask whoever set it up to open it (chmod -R a+rX %s, and the directories above)."
                            .formatted(directory()),
                    "");
        }
        return architecture == Architecture.HOST
                ? new TargetException(
                        "There is no guest image yet.",
                        "Run ./schedbook doctor in a terminal: it says what is missing and how to"
                                + " get it.",
                        "not readable: " + file)
                : new TargetException(
                        "There is no guest image for %s yet.".formatted(architecture.label()),
                        HOW_TO_ADD.formatted(architecture.label()),
                        "not readable: " + file);
    }

    private static void checkTrust(Path file) throws TargetException {
        Optional<String> objection;
        try {
            objection = Trust.objection(file);
        } catch (IOException e) {
            objection = Optional.of("is of nobody known: " + e.getMessage());
        }
        if (objection.isPresent()) {
            throw new TargetException(
                    "The guest image is not used: %s %s.".formatted(file, objection.get()),
                    "What it holds would run as you. Have its owner be you or root, and nobody else"
                            + " able to write to it (chmod -R go-w %s), or make one of your own:"
                                    .formatted(directory())
                            + " unset SCHEDBOOK_GUEST and run ./schedbook.",
                    "");
        }
    }

    /**
     * Beside the image if it is this user's to change, else in the user's own cache. What nobody
     * may write to is not root's to change either: it has been made for everybody.
     */
    private static Path snapshots(Path directory) {
        Path shared = directory.resolve(SNAPSHOTS);
        Path kept = Files.exists(shared) ? shared : directory;
        return isToBeChanged(kept) ? shared : usersCache().resolve(SNAPSHOTS);
    }

    private static boolean isToBeChanged(Path kept) {
        try {
            return Files.isWritable(kept)
                    && Files.getPosixFilePermissions(kept).stream()
                            .anyMatch(each -> each.name().endsWith("_WRITE"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the directory with what guests of that architecture boot from. */
    static Path directory(Architecture architecture) {
        return architecture == Architecture.HOST
                ? directory()
                : directory().resolve(architecture.label());
    }

    /** Returns the directory that all of this is in, and need not exist. */
    static Path directory() {
        return Stream.of(System.getProperty("schedbook.guest"), System.getenv("SCHEDBOOK_GUEST"))
                .filter(named -> named != null && !named.isBlank())
                .findFirst()
                .map(Path::of)
                .orElseGet(GuestImage::usersCache);
    }

    private static Path usersCache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path home = Path.of(System.getProperty("user.home"));
        return (cache == null || cache.isBlank() ? home.resolve(".cache") : Path.of(cache))
                .resolve("schedbook/guest");
    }

    /** Follows the links, which move when an image is built meanwhile. */
    static Path resolved(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path; // find() is about to say that it is missing
        }
    }

    private static Map<String, String> properties(Path base) {
        var properties = new Properties();
        try {
            String text = ForeignFile.text(base.resolve("guest.properties"), MAX_PROPERTIES);
            properties.load(new StringReader(text));
        } catch (IOException e) {
            // find() is about to say which file is missing
        }
        var sorted = new TreeMap<String, String>();
        properties.forEach((key, value) -> sorted.put((String) key, (String) value));
        return sorted;
    }

    /** Returns what is the same wherever the image lies. */
    GuestImage withoutPlace() {
        return new GuestImage(
                kernel.getFileName(),
                initrd.getFileName(),
                root.getFileName(),
                payload.getFileName(),
                snapshots,
                shared,
                properties);
    }

    /** Returns this image with guests that were saved of a copy of it, in that directory. */
    GuestImage withSavedIn(Path directory) {
        return new GuestImage(
                kernel, initrd, root, payload, snapshots, directory.resolve(SNAPSHOTS), properties);
    }

    /** Returns what the kernel calls itself. */
    public String kernelRelease() {
        return properties.getOrDefault("kernel", "unknown");
    }

    /** Returns what it is for; null if that is none that there can be guests of. */
    Architecture architecture() {
        return Architecture.of(properties.getOrDefault(ARCHITECTURE, "amd64")).orElse(null);
    }

    /**
     * Returns whether the guest's disks must be NVMe. QEMU cannot migrate these, so such a guest
     * cannot be saved.
     */
    boolean hasNvmeDisks() {
        return "nvme".equals(properties.get("disk"));
    }
}
