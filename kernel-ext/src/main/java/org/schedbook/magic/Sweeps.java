package org.schedbook.magic;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.schedbook.sweep.SweepRun;

/**
 * The sweeps of a notebook that are under way: an interrupted cell leaves its sweep running, and
 * the same cell finds it again.
 */
final class Sweeps implements AutoCloseable {

    /**
     * A sweep under way.
     *
     * @param ended comes to its end with the sweep
     */
    record Running(SweepRun run, Thread thread, CompletableFuture<Void> ended) {}

    private final List<Running> running = new ArrayList<>();

    /** Has a sweep done in the background; one of the same units that is under way is it. */
    synchronized Running start(SweepRun run) {
        Optional<Running> same =
                running().stream().filter(each -> each.run().keys().equals(run.keys())).findFirst();
        if (same.isPresent()) {
            return same.get();
        }
        var ended = new CompletableFuture<Void>();
        Thread thread =
                Thread.ofPlatform().daemon().name("sweep").unstarted(() -> work(run, ended));
        var started = new Running(run, thread, ended);
        running.add(started);
        thread.start();
        return started;
    }

    private static void work(SweepRun run, CompletableFuture<Void> ended) {
        try {
            run.run();
            ended.complete(null);
        } catch (InterruptedException e) {
            ended.complete(null);
        } catch (Throwable e) {
            ended.completeExceptionally(e);
        }
    }

    /** Returns those that are under way. */
    synchronized List<Running> running() {
        running.removeIf(each -> each.ended().isDone());
        return List.copyOf(running);
    }

    /**
     * Ends those that are under way, and their workers; what has a result keeps it.
     *
     * @return how many
     */
    int cancel() {
        List<Running> now = running();
        now.forEach(each -> each.run().end());
        now.forEach(each -> each.ended().exceptionally(_ -> null).join());
        return now.size();
    }

    /** Ends the workers on this machine; those on others go on. */
    @Override
    public void close() {
        List<Running> now = running();
        now.forEach(each -> each.thread().interrupt());
        now.forEach(each -> each.ended().exceptionally(_ -> null).join());
    }
}
