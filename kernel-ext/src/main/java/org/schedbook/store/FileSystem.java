package org.schedbook.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The kind of file system that a store is on.
 *
 * @param type as the kernel calls it
 */
record FileSystem(String type) {

    static final FileSystem LOCAL = new FileSystem("local");

    /** Those that several machines may have mounted. What is not known of a FUSE one is feared. */
    private static final Pattern SHARED =
            Pattern.compile(
                    "nfs.*|cifs|smb.*|lustre|ceph|9p|afs|beegfs.*|gpfs|gfs2?|ocfs2|pvfs2|orangefs"
                            + "|virtiofs|vboxsf|prl_fs|fuse(?!.*overlayfs).*");

    /** Returns that of a file, which need not exist, or of the directory that it is to be in. */
    static FileSystem of(Path file) {
        try {
            Path there = Files.exists(file) ? file : file.toAbsolutePath().getParent();
            return new FileSystem(Files.getFileStore(there).type());
        } catch (IOException | SecurityException e) {
            return LOCAL; // opening the file is about to say what is wrong
        }
    }

    /** Returns whether other machines may see it too. */
    boolean isShared() {
        return SHARED.matcher(type).matches();
    }
}
