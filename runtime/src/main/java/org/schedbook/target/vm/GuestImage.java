package org.schedbook.target.vm;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.schedbook.target.TargetException;

/**
 * The files a guest boots from, made by {@code ./schedbook}.
 *
 * @param kernel the Linux kernel
 * @param initrd its first file system, which finds the disk
 * @param root the guest's system: Debian, a Java runtime, the benchmarks; never written to
 * @param payload Schedbook's own jars; never written to
 * @param kernelRelease what the kernel calls itself
 */
record GuestImage(Path kernel, Path initrd, Path root, Path payload, String kernelRelease) {

    /**
     * Finds the image in the directory named by the system property {@code schedbook.guest}, or
     * else in the user's cache.
     */
    static GuestImage find() throws TargetException {
        Path directory = directory();
        Path base = directory.resolve("base/current");
        var image =
                new GuestImage(
                        base.resolve("vmlinuz"),
                        base.resolve("initrd"),
                        base.resolve("root.ext4"),
                        directory.resolve("payload/current.ext4"),
                        release(base));
        for (Path file : new Path[] {image.kernel, image.initrd, image.root, image.payload}) {
            if (!Files.isReadable(file)) {
                throw new TargetException(
                        "There is no guest image yet.",
                        "Run ./schedbook doctor in a terminal: it says what is missing and how to"
                                + " get it.",
                        "not readable: " + file);
            }
        }
        return image;
    }

    private static Path directory() {
        String property = System.getProperty("schedbook.guest");
        if (property != null && !property.isBlank()) {
            return Path.of(property);
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        Path home = Path.of(System.getProperty("user.home"));
        return (cache == null || cache.isBlank() ? home.resolve(".cache") : Path.of(cache))
                .resolve("schedbook/guest");
    }

    private static String release(Path base) {
        var properties = new Properties();
        try (Reader in = Files.newBufferedReader(base.resolve("guest.properties"))) {
            properties.load(in);
        } catch (IOException e) {
            return "unknown"; // find() is about to say which file is missing
        }
        return properties.getProperty("kernel", "unknown");
    }
}
