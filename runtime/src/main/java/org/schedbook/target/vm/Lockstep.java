package org.schedbook.target.vm;

import java.io.IOException;
import java.time.Duration;

/**
 * Speaks to a guest that stands still while it has nothing to do, so that how long it waited for a
 * request does not show in what it does next. Having answered all requests the guest stops itself
 * ({@link PauseDevice}); the next one is waiting for it when it goes on. QEMU hands that over some
 * microseconds later, for its virtio devices take nothing while the guest is stopped
 * (hw/char/virtio-console.c), which is what is left of the host in a guest with one CPU.
 */
final class Lockstep {

    /** From the answer to the stop are some instructions. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** What a pipe holds that nobody reads: pipe(7). */
    private static final int PIPE = 64 << 10;

    private final Monitor monitor;
    private boolean booting;

    /**
     * @param booting whether the guest has not come to its first stop yet
     */
    Lockstep(Monitor monitor, boolean booting) {
        this.monitor = monitor;
        this.booting = booting;
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
        byte[] frame = MessageChannel.frame(message);
        if (frame.length <= PIPE) {
            channel.write(frame);
            monitor.resume();
        } else { // which has to be read while it is written
            monitor.resume();
            channel.write(frame);
        }
    }

    /** Waits until the guest stands still. */
    void awaitPause() throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!monitor.isPaused()) {
            if (System.nanoTime() > end) {
                throw new IOException("the guest does not stop");
            }
            Thread.sleep(1);
        }
    }

    /** Lets a guest go on that has stopped though it has a request to answer. */
    synchronized void wake() throws IOException {
        if (monitor.isPaused()) {
            monitor.resume();
        }
    }
}
