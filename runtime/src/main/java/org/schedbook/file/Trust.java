package org.schedbook.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose files are believed. What boots, or goes on, in a QEMU of this user's is code of whoever
 * wrote it: only this user and root are, and only where nobody else can write.
 */
public final class Trust {

    private static final int ROOT = 0;
    private static final int OTHERS_WRITE = 0002;
    private static final int GROUP_WRITES = 0020;
    private static final int STICKY = 01000;

    private static final Path SELF = Path.of("/proc/self");

    /**
     * Says why a file or directory is not to be used, in words that follow its name; empty if it
     * is. The directories above it count: who can rename one can put another in its place.
     */
    public static Optional<String> objection(Path path) throws IOException {
        Path real = path.toRealPath();
        for (Path each = real; each != null; each = each.getParent()) {
            String who = each.equals(real) ? "" : " (by " + each + ")";
            if (!isOurs(each)) {
                return Optional.of("belongs to user " + attribute(each, "unix:uid") + who);
            }
            if (othersWrite(each, each.equals(real))) {
                return Optional.of("can be written to by others" + who);
            }
        }
        return Optional.empty();
    }

    /** Returns whether a file, or a link itself, belongs to this user or to root. */
    static boolean isOurs(Path path, LinkOption... options) throws IOException {
        int owner = attribute(path, "unix:uid", options);
        return owner == ROOT || owner == attribute(SELF, "unix:uid");
    }

    /** In a sticky directory, such as /tmp, others can add and not replace. */
    private static boolean othersWrite(Path path, boolean itself) throws IOException {
        int mode = attribute(path, "unix:mode");
        int group = attribute(path, "unix:gid");
        boolean ofOurGroup = group == ROOT || group == attribute(SELF, "unix:gid");
        boolean writable = (mode & OTHERS_WRITE) != 0 || (mode & GROUP_WRITES) != 0 && !ofOurGroup;
        return writable && (itself || (mode & STICKY) == 0);
    }

    private static int attribute(Path path, String name, LinkOption... options) throws IOException {
        return (int) Files.getAttribute(path, name, options);
    }

    private Trust() {}
}
