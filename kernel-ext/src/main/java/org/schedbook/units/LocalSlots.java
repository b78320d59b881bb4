package org.schedbook.units;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.schedbook.child.ChildJvm;

/**
 * Workers on this machine, so many at a time. Each is started when there is something for it to do,
 * replaced when it ends before it should, and gone when this is closed or its process ends.
 */
final class LocalSlots implements Engine {

    /** The most that anybody has use for on one machine. */
    static final int MOST = 256;

    /** What a worker, its simulator and its compiler take; a guest takes as much. */
    private static final long MEMORY_OF_ONE = 2L << 30;

    /** How Linux tells of a process that a signal has ended. */
    private static final int BY_SIGNAL = 128;

    private final UnitDirectory directory;
    private final ChildJvm worker;
    private final Function<String, Duration> limits;
    private final BlockingQueue<String> keys = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger attempts = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile IOException failure;

    /** Returns how many units can be done here at a time: as many as there are cores and memory. */
    static int usual() {
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long byMemory = machine.getTotalMemorySize() / MEMORY_OF_ONE;
        return Math.toIntExact(Math.clamp(byMemory, 1, machine.getAvailableProcessors()));
    }

    /**
     * Begins to work.
     *
     * @param worker how one is started
     * @param limits after how long a worker at a unit is ended, by keys
     */
    LocalSlots(
            UnitDirectory directory,
            ChildJvm worker,
            int slots,
            Function<String, Duration> limits) {
        this.directory = directory;
        this.worker = worker;
        this.limits = limits;
        for (int slot = 0; slot < slots; slot++) {
            File words = directory.root().resolve("worker-%d.log".formatted(slot)).toFile();
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("unit-slot-" + slot)
                            .start(() -> work(words)));
        }
    }

    private void work(File words) {
        Slot slot = null;
        try {
            while (true) {
                String key = keys.take();
                running.add(key);
                attempts.incrementAndGet();
                if (slot == null || !slot.process.isAlive()) {
                    slot = new Slot(words);
                }
                Optional<String> failure = slot.measure(key, limits.apply(key));
                if (failure.isPresent()) {
                    slot.close();
                    directory.fail(key, failure.get());
                }
                running.remove(key);
                ended.add(key);
            }
        } catch (InterruptedException e) {
            // It is closed.
        } catch (IOException e) {
            failure = e;
        } finally {
            if (slot != null) {
                slot.close();
            }
        }
    }

    @Override
    public void give(List<String> more) {
        keys.addAll(more);
    }

    @Override
    public List<String> ended(Duration longest) throws IOException, InterruptedException {
        String key = ended.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
        if (failure != null) {
            throw failure; // the directory cannot be written to, perhaps
        }
        return key == null ? List.of() : List.of(key);
    }

    @Override
    public Set<String> running() {
        return Set.copyOf(running);
    }

    @Override
    public int attempts() {
        return attempts.get();
    }

    /** All of it ends with {@link #close}. */
    @Override
    public void cancel() {}

    /** Ends the workers, and what they are doing. */
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One worker. */
    private final class Slot implements AutoCloseable {

        private final Process process;
        private final Writer keys;
        private final BufferedReader answers;

        Slot(File words) throws IOException {
            Files.deleteIfExists(words.toPath()); // which may be a hard link
            process =
                    worker.builder(directory.root().toAbsolutePath().toString())
                            .redirectError(Redirect.to(words))
                            .start();
            keys = process.outputWriter(StandardCharsets.UTF_8);
            answers =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
        }

        /**
         * Has a unit measured.
         *
         * @return why the worker is of no more use; empty if it has left a file
         */
        Optional<String> measure(String key, Duration limit) throws InterruptedException {
            var answer = new CompletableFuture<String>();
            Thread reader =
                    Thread.ofPlatform()
                            .daemon()
                            .name("unit-answer")
                            .start(() -> answer.complete(ask(key)));
            try {
                // What ends with the worker is the answer, so that this ends in time.
                if (!reader.join(limit)) {
                    return Optional.of(UnitWorker.tookTooLong(limit));
                }
                return key.equals(answer.getNow(null)) ? Optional.empty() : Optional.of(why());
            } finally {
                if (reader.isAlive()) {
                    process.destroyForcibly();
                }
            }
        }

        /** Returns what the worker answers, null if it has ended. */
        private String ask(String key) {
            try {
                keys.write(key + "\n");
                keys.flush();
                return answers.readLine();
            } catch (IOException e) {
                return null;
            }
        }

        private String why() throws InterruptedException {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                return "The worker said something that is no answer.";
            }
            int code = process.exitValue();
            return code > BY_SIGNAL
                    ? UnitWorker.endedBySignal(code - BY_SIGNAL)
                    : UnitWorker.endedWithCode(code);
        }

        @Override
        public void close() {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
