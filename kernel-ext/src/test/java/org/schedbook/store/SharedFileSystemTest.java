package org.schedbook.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where several machines see a store, it does without the memory that they would have to share. */
@Timeout(60)
class SharedFileSystemTest {

    private static final FileSystem NFS = new FileSystem("nfs4");

    @TempDir private Path directory;

    private Path file() {
        return directory.resolve("store.db");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nfs", "nfs4", "cifs", "smb3", "lustre", "ceph", "9p", "fuse.sshfs", "fuse"})
    void theseAreShared(String type) {
        assertTrue(new FileSystem(type).isShared());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuse.fuse-overlayfs"})
    void theseAreNot(String type) {
        assertFalse(new FileSystem(type).isShared());
    }

    @Test
    void theTypeIsThatOfTheDirectoryAlsoBeforeThereIsAFile() throws Exception {
        String expected = Files.getFileStore(directory).type();
        assertEquals(expected, FileSystem.of(file()).type());
        assertEquals(FileSystem.LOCAL, FileSystem.of(directory.resolve("none/store.db")));
    }

    @Test
    void twoNotebooksWriteAtOnceWithoutALogAndLoseNothing() throws Exception {
        try (var one = new Database(file(), NFS);
                var other = new Database(file(), NFS);
                var notebooks = Executors.newFixedThreadPool(2)) {
            assertEquals("delete", mode(one));
            var done = new ArrayList<Future<?>>();
            for (Database each : List.of(one, other)) {
                int number = done.size();
                done.add(notebooks.submit(() -> add(each, "p" + number, 50)));
            }
            for (var each : done) {
                each.get();
            }
            assertEquals(100, count(one));
            assertFalse(Files.exists(directory.resolve("store.db-wal")));
            assertFalse(Files.exists(directory.resolve("store.db-shm")));
        }
    }

    @Test
    void oneThatWasMadeOnThisMachineIsTakenAlong() throws Exception {
        try (var local = new Database(file(), FileSystem.LOCAL)) {
            assertEquals("wal", mode(local));
            add(local, "p", 3);
        }
        try (var shared = new Database(file(), NFS)) {
            assertEquals("delete", mode(shared));
            assertEquals(3, count(shared));
        }
        try (var local = new Database(file(), FileSystem.LOCAL)) {
            assertEquals("wal", mode(local));
            assertEquals(3, count(local));
        }
    }

    @Test
    void whileAnotherHasItWithALogThatIsSaid() throws Exception {
        try (var local = new Database(file(), FileSystem.LOCAL)) {
            add(local, "p", 1);
            var e = assertThrows(StoreException.class, () -> new Database(file(), NFS));
            assertTrue(e.getMessage().contains("is in use by another program"), e.getMessage());
        }
    }

    @Test
    void aFullDiskIsNotTakenForOneWithoutLocks() throws Exception {
        try (var database = new Database(file(), NFS)) {
            database.one("PRAGMA max_page_count = 1", row -> row.getInt(1)); // that is: no more
            var e = assertThrows(StoreException.class, () -> add(database, "p", 1000));
            assertTrue(e.getMessage().contains("full"), e.getMessage());
            assertTrue(e.nextStep().contains("quota"), e.nextStep());
        }
    }

    private static String mode(Database database) {
        return database.one("PRAGMA journal_mode", row -> row.getString(1)).orElseThrow();
    }

    private static void add(Database database, String policy, int rows) {
        for (int i = 0; i < rows; i++) {
            database.change(
                    "INSERT INTO version VALUES (?, ?, '', '', NULL, '', '', NULL)", policy, i);
        }
    }

    private static int count(Database database) {
        return database.one("SELECT count(*) FROM version", row -> row.getInt(1)).orElseThrow();
    }
}
