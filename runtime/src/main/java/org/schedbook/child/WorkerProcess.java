package org.schedbook.child;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.schedbook.child.WorkerLostException.Cause;

/** One JVM that answers one request after another; used by one thread at a time. */
final class WorkerProcess implements AutoCloseable {

    /** A request that others leave no processor to is waited for so many times as long. */
    private static final int PATIENCE = 4;

    private static final Duration PULSE = Duration.ofMillis(100);

    /** Of a process that has ended, or a system that does not say. */
    private static final Duration ENDLESS = Duration.ofDays(1);

    private final Process process;
    private final DataOutputStream out;
    private final DataInputStream in;
    private boolean done;

    WorkerProcess(ChildJvm jvm) throws IOException {
        process = jvm.builder().redirectError(ProcessBuilder.Redirect.DISCARD).start();
        out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    }

    /**
     * Sends a request and waits for its answer. Whenever none comes the process is of no more use,
     * and is killed.
     *
     * @param limit of processor time; on a busy machine an answer may take a few times as long
     */
    byte[] ask(byte[] request, Duration limit) throws WorkerLostException, InterruptedException {
        var reply = new CompletableFuture<Frames.Frame>();
        // Reads and writes of pipes are not interruptible; the end of the process ends them.
        Thread.ofPlatform().daemon().name("worker-request").start(() -> exchange(request, reply));
        boolean answered = false;
        try {
            Frames.Frame frame = await(reply, limit);
            answered = frame.kind() == Frames.ANSWER;
            return switch (frame.kind()) {
                case Frames.ANSWER, Frames.LAST_ANSWER -> frame.body();
                case Frames.DEFECT ->
                        throw new IllegalStateException(
                                new String(frame.body(), StandardCharsets.UTF_8));
                default -> throw new WorkerLostException(Cause.END, "it answered nonsense");
            };
        } catch (TimeoutException e) {
            throw new WorkerLostException(Cause.TIME, "it did not answer in time");
        } catch (ExecutionException e) {
            throw ended(e.getCause());
        } finally {
            if (!answered) {
                close();
            }
        }
    }

    /** Waits for an answer for as long as it may take. */
    private Frames.Frame await(CompletableFuture<Frames.Frame> reply, Duration limit)
            throws TimeoutException, ExecutionException, InterruptedException {
        long started = System.nanoTime();
        Duration before = cpuTime();
        Duration wait = limit;
        while (true) {
            try {
                return reply.get(wait.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                boolean worked = cpuTime().minus(before).compareTo(limit) >= 0;
                if (worked || System.nanoTime() - started > PATIENCE * limit.toNanos()) {
                    throw e;
                }
                wait = PULSE;
            }
        }
    }

    private Duration cpuTime() {
        return process.info().totalCpuDuration().orElse(ENDLESS);
    }

    private void exchange(byte[] request, CompletableFuture<Frames.Frame> reply) {
        try {
            Frames.write(out, Frames.REQUEST, request);
            reply.complete(Frames.read(in));
        } catch (IOException | RuntimeException | Error e) {
            reply.completeExceptionally(e);
        }
    }

    private WorkerLostException ended(Throwable e) throws InterruptedException {
        if (!process.waitFor(2, TimeUnit.SECONDS)) {
            return new WorkerLostException(Cause.END, "it cannot be read: " + e.getMessage());
        }
        return process.exitValue() == ChildJvm.OUT_OF_MEMORY
                ? new WorkerLostException(Cause.MEMORY, "it ran out of memory")
                : new WorkerLostException(Cause.END, "it ended with " + process.exitValue());
    }

    boolean isAlive() {
        return !done && process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        done = true;
        process.destroyForcibly();
    }
}
