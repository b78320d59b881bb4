package org.schedbook.target.vm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one at a time save guests in a directory, of all threads and processes: thirty notebooks
 * that start together are not to boot thirty guests. The kernel lets go of it when a process ends.
 */
final class SaveLock implements AutoCloseable {

    private static final int POLL_MILLIS = 100;

    /** File locks are a process's, so its threads need one of their own. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final FileChannel file;

    private SaveLock(FileChannel file) {
        this.file = file;
    }

    /**
     * Waits for the lock.
     *
     * @return empty if others have held it until the limit
     * @throws IOException if the file system has no locks
     */
    static Optional<SaveLock> acquire(Path path, Duration limit)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        if (!THREADS.tryLock(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            return Optional.empty();
        }
        SaveLock lock = null;
        try {
            var file =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS);
            try {
                while (file.tryLock() == null) {
                    if (System.nanoTime() > end) {
                        return Optional.empty();
                    }
                    Thread.sleep(POLL_MILLIS);
                }
                lock = new SaveLock(file);
            } finally {
                if (lock == null) {
                    file.close();
                }
            }
            return Optional.of(lock);
        } finally {
            if (lock == null) {
                THREADS.unlock();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            THREADS.unlock();
        }
    }
}
