package org.schedbook.target.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.schedbook.posix.Posix;

/**
 * One of the two outputs of a command. A FIFO and no {@link Process#getInputStream}, which reads on
 * and on when a process that was left in the background writes on after the command has ended, and
 * cannot be closed while it waits for one that does not.
 */
final class CommandOutput implements AutoCloseable {

    /** How many characters are kept. */
    private static final int MAX = 1 << 20;

    /** After the command's end: when nothing has come for so long, nothing is on its way. */
    private static final long QUIET_MS = 100;

    /** When to listen no more, though something writes on. */
    private static final long GRACE_MS = 1000;

    private final Path fifo;
    private final FileChannel in;
    private final FileChannel keeper;
    private final Consumer<String> sink;
    private final FutureTask<String> text = new FutureTask<>(this::read);
    private volatile int nrRead;

    /** Makes the FIFO; the sink is given what comes through it, a piece at a time. */
    CommandOutput(Consumer<String> sink) throws IOException {
        this.sink = sink;
        this.fifo = Files.createTempDirectory("schedbook").resolve("output");
        if (Posix.get().mkfifo(fifo.toString()) != 0) {
            Files.delete(fifo.getParent());
            throw new IOException(Posix.get().strerror(Posix.get().errno()));
        }
        // To open one end waits for the other, except for who opens both (fifo(7)).
        this.keeper = FileChannel.open(fifo, READ, WRITE);
        this.in = FileChannel.open(fifo, READ);
    }

    ProcessBuilder.Redirect redirect() {
        return ProcessBuilder.Redirect.to(fifo.toFile());
    }

    /** The command has been started: from now on the end is when all who write have closed it. */
    void begin() throws IOException {
        keeper.close();
        // A thread of its own: a pool would let one command wait for the end of another.
        Thread.ofPlatform().daemon().name("command-output").start(text);
    }

    /** Reads on, so that who writes never waits for long, and keeps the beginning. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // by this thread alone
    private String read() throws IOException {
        var kept = new StringBuilder();
        var piece = new char[8192];
        try (Reader reader = new InputStreamReader(Channels.newInputStream(in), UTF_8)) {
            for (int n; (n = reader.read(piece)) >= 0; ) {
                nrRead++;
                int room = Math.min(n, MAX - kept.length());
                if (room > 0) {
                    kept.append(piece, 0, room);
                    sink.accept(new String(piece, 0, room));
                }
            }
        } catch (ClosedChannelException e) {
            // Something in the background has it open still, and nobody listens any more.
        }
        return kept.toString();
    }

    /** Returns what has been written; to be called when the command has ended. */
    String text() throws ExecutionException, InterruptedException, IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MS);
        for (int before = -1; before != nrRead && System.nanoTime() < end; ) {
            before = nrRead;
            try {
                return text.get(QUIET_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // It is open still.
            }
        }
        in.close();
        return text.get();
    }

    @Override
    public void close() throws IOException {
        keeper.close();
        in.close();
        Files.deleteIfExists(fifo);
        Files.deleteIfExists(fifo.getParent());
    }
}
