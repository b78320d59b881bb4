package org.schedbook.tool;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.schedbook.units.UnitRun;
import org.schedbook.view.UnitsView;
import picocli.CommandLine.Option;

/** Where units are done, and what a command is to do with them. */
final class UnitOptions {

    /** How often a line says how far they are. */
    private static final long SAY_S = 5;

    @Option(
            names = "--on",
            paramLabel = "WHERE",
            description =
                    "local:N does N units at a time on this machine. The default is one for each"
                            + " core and 2 GiB of memory, and 1 for figures of the wall clock."
                            + " slurm has them done on a cluster, slurm:PARTITION:N in a partition"
                            + " and N at a time.")
    String on;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where units and their results are kept.")
    Path directory;

    @Option(names = "--status", description = "Say how far it is, and do nothing.")
    boolean status;

    @Option(
            names = "--cancel",
            description = "Have the process stop that works in DIR, and Slurm end its tasks.")
    boolean cancel;

    @Option(
            names = "--retry",
            description = "Also try units again that machines have failed of three times.")
    boolean retry;

    /** Returns whether any of them was given. */
    boolean isGiven() {
        return on != null || directory != null || status || cancel || retry;
    }

    /**
     * Has whoever works in the directory stop.
     *
     * @return whether nobody works there any more
     */
    static boolean cancel(UnitRun<?, ?> run, Consumer<String> say) throws InterruptedException {
        run.refresh();
        if (!run.progress().elsewhere()) {
            int tasks = run.cancelTasks();
            say.accept(
                    (tasks == 0
                                    ? "Nobody is at it. "
                                    : "Slurm has ended %d of its tasks. ".formatted(tasks))
                            + UnitsView.units(run.progress())
                            + ".");
            return true;
        }
        run.cancel();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (run.progress().elsewhere()) {
            if (System.nanoTime() > deadline) {
                say.accept("It was asked to stop, and has not within 30 s.");
                return false;
            }
            Thread.sleep(100);
            run.refresh();
        }
        say.accept(
                "Stopped. "
                        + UnitsView.units(run.progress())
                        + "; the same command goes on with it.");
        return true;
    }

    /** Has units done, and says now and then how far they are. */
    static void follow(UnitRun<?, ?> run, Consumer<String> say) throws InterruptedException {
        var done = new CompletableFuture<Void>();
        Thread watch =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    while (!done.isDone()) {
                                        try {
                                            done.get(SAY_S, TimeUnit.SECONDS);
                                        } catch (TimeoutException e) {
                                            say.accept(UnitsView.progress(run.progress()));
                                        } catch (Exception e) {
                                            return;
                                        }
                                    }
                                });
        try {
            run.run();
        } finally {
            done.complete(null);
            watch.join();
        }
    }
}
