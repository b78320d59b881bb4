package org.schedbook.target.vm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * Speaks to a guest that stands still while it has nothing to do, so that how long it waited for a
 * request does not show in what it does next. Having answered all requests the guest has itself
 * stopped, and the next one is in its memory when it goes on ({@link LockstepDevices}): no
 * interrupt tells of it, so guests that were resumed from the same snapshot and are asked the same
 * execute the same instructions. A request to a guest that is at work goes the usual way.
 */
final class Lockstep implements AutoCloseable {

    /** What QEMU knows the memory by. */
    static final String MEMORY_ID = "request";

    /** A power of two, as the size of a PCI device's memory is, with room for any frame. */
    static final int MEMORY = 2 * MessageChannel.MAX_LENGTH;

    /** From the answer to the stop are some milliseconds of the guest's time, mostly idle. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final byte[] NO_REQUEST = new byte[Integer.BYTES];

    private final Monitor monitor;
    private final Path file;
    private final FileChannel memory;
    private boolean booting;
    private boolean resuming;
    private boolean idle;

    /**
     * @param booting whether the guest has not come to its first stop yet
     */
    Lockstep(Monitor monitor, boolean booting) throws IOException {
        this.monitor = monitor;
        this.booting = booting;
        this.resuming = !booting;
        this.file = monitor.path(Monitor.REQUEST);
        this.memory =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /**
     * Returns the options for the memory. A guest that boots shares it with this JVM, so it is no
     * part of what is saved. One that is resumed cannot: of memory that is shared QEMU insists on
     * the address in the guest, which PCI devices get later. It has the file privately, which shows
     * what is written to the file as long as the guest writes nothing (mmap(2) leaves that open;
     * Linux does it).
     */
    List<String> options() {
        return List.of(
                "-object",
                "memory-backend-file,id=%s,size=%d,share=%s,mem-path=%s"
                        .formatted(MEMORY_ID, MEMORY, booting ? "on" : "off", Qemu.escape(file)));
    }

    /** Sends a request to a guest that has no other to answer. */
    synchronized void send(MessageChannel channel, Message message)
            throws IOException, InterruptedException {
        if (booting) {
            channel.send(message);
            booting = false;
            return;
        }
        awaitPause();
        resume(MessageChannel.frame(message));
    }

    /** Waits until the guest stands still. QEMU tells, and is not asked while the guest runs. */
    void awaitPause() throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!isPaused()) {
            if (System.nanoTime() > end) {
                throw new IOException("the guest does not stop");
            }
            Thread.sleep(1);
        }
    }

    private boolean isPaused() throws IOException {
        if (resuming) { // it was saved standing still, and QEMU does not tell when it is loaded
            resuming = !monitor.status().equals("watchdog");
            return !resuming;
        }
        return monitor.isStopped();
    }

    /**
     * Lets a guest go on that has stopped though it has a request to answer, which reached it while
     * it stopped. Called now and then while an answer is awaited: it may be on its way, so the
     * guest has to be found standing still twice.
     */
    synchronized void wake() throws IOException {
        boolean paused = isPaused();
        if (paused && idle) {
            resume(NO_REQUEST);
        } else {
            idle = paused;
        }
    }

    private void resume(byte[] frame) throws IOException {
        var bytes = ByteBuffer.wrap(frame);
        while (bytes.hasRemaining()) {
            memory.write(bytes, bytes.position());
        }
        idle = false;
        monitor.resume();
    }

    @Override
    public void close() throws IOException {
        memory.close();
        monitor.close();
    }
}
