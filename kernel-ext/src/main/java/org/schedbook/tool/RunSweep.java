package org.schedbook.tool;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.schedbook.bench.BenchResult;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Plain;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.SweepDescription;
import org.schedbook.sweep.SweepRun;
import org.schedbook.target.TargetException;
import org.schedbook.units.Machines;
import org.schedbook.view.BenchView;
import org.schedbook.view.SweepView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Measures a sweep that a file describes: {@code ./schedbook sweep FILE}. The file may be a
 * stranger's: nothing of it runs on this machine itself unless the person says so.
 */
@Command(
        name = "sweep",
        description = {
            "Measures policies under workloads, for each combination of values of their constants.",
            "",
            "What has a result in DIR is not measured again, so a sweep that was interrupted or"
                    + " killed goes on where it was. The figures are printed, and written to"
                    + " DIR/figures.csv and DIR/figures.json.",
            ""
        })
final class RunSweep implements Callable<Integer> {

    private static final int COMPLETE = 0;
    private static final int INCOMPLETE = 1;

    /** How often a line says how far it is. */
    private static final long SAY_S = 5;

    @Parameters(paramLabel = "FILE", description = "A sweep in JSON; docs/sweeps.md describes it.")
    private Path file;

    @Option(
            names = "--on",
            paramLabel = "WHERE",
            description =
                    "local:N measures N units at a time on this machine. The default is one for each"
                            + " core and 2 GiB of memory, and 1 for figures of the wall clock."
                            + " slurm measures on a cluster, slurm:PARTITION:N in a partition and N"
                            + " units at a time.")
    private String on;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where units and their results are kept; beside FILE and called after it unless"
                            + " given.")
    private Path directory;

    @Option(names = "--status", description = "Say how far it is, and do nothing.")
    private boolean status;

    @Option(
            names = "--cancel",
            description = "Have the process stop that works in DIR, and Slurm end its tasks.")
    private boolean cancel;

    @Option(
            names = "--retry",
            description = "Also try units again that machines have failed of three times.")
    private boolean retry;

    @Option(
            names = "--host",
            description = "Allow the file to have policies attached to this machine itself.")
    private boolean host;

    @Option(
            names = "--allow-commands",
            description = "Also run commands that the file's author wrote.")
    private boolean commands;

    @Spec private CommandSpec spec;

    /** Returns 0 once every unit has a result, 1 if some have none. */
    @Override
    public Integer call() throws InterruptedException, TargetException {
        SweepDescription described = SweepDescription.read(file);
        allow(described);
        Sweep sweep = described.sweep();
        Machines machines = Machines.of(sweep.needs(), on);
        var run = new SweepRun(sweep, directory(), machines);
        if (cancel) {
            return cancel(run);
        }
        if (status) {
            run.refresh();
        } else {
            if (retry) {
                run.forgive();
            }
            say(
                    "%s: %s, in %s, %d at a time"
                            .formatted(
                                    sweep.title(),
                                    SweepView.units(run.progress()),
                                    directory(),
                                    machines.atATime()));
            follow(run);
        }
        tell(run);
        return run.progress().done() == run.progress().total() ? COMPLETE : INCOMPLETE;
    }

    private Path directory() {
        String name = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        return directory != null ? directory : file.resolveSibling(name + ".sweep");
    }

    /** Refuses what the person has not asked for, and shows what a file makes this machine do. */
    private void allow(SweepDescription described) {
        boolean here = described.target().isThisMachine();
        List<String> lines = described.commands();
        if (here && !host || !lines.isEmpty() && !commands) {
            String flags = (here ? " --host" : "") + (lines.isEmpty() ? "" : " --allow-commands");
            throw new CellError(
                            "The file asks to run this %s:%n    %s"
                                    .formatted(
                                            here
                                                    ? "on this machine itself, not in a guest"
                                                    : "command, which its author wrote",
                                            String.join(
                                                    "\n    ",
                                                    lines.isEmpty()
                                                            ? described.workloads().stream()
                                                                    .map(each -> each.commandLine())
                                                                    .toList()
                                                            : lines)))
                    .next(
                            "Nothing was run. Read it; if you trust it, run: ./schedbook sweep %s%s"
                                    .formatted(file, flags));
        }
        lines.forEach(line -> out().println(Plain.of("The author's command: " + line)));
        if (here) {
            out().println("On this machine itself.");
        }
    }

    private int cancel(SweepRun run) throws InterruptedException {
        run.refresh();
        if (!run.progress().elsewhere()) {
            int tasks = run.cancelTasks();
            say(
                    (tasks == 0
                                    ? "Nobody is at it. "
                                    : "Slurm has ended %d of its tasks. ".formatted(tasks))
                            + SweepView.units(run.progress())
                            + ".");
            return COMPLETE;
        }
        run.cancel();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (run.progress().elsewhere()) {
            if (System.nanoTime() > deadline) {
                say("It was asked to stop, and has not within 30 s.");
                return INCOMPLETE;
            }
            Thread.sleep(100);
            run.refresh();
        }
        say("Stopped. " + SweepView.units(run.progress()) + "; the same command goes on with it.");
        return COMPLETE;
    }

    /** Says now and then how far it is. */
    private void follow(SweepRun run) throws InterruptedException {
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
                                            say(progress(run));
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

    private static String progress(SweepRun run) {
        SweepRun.Progress now = run.progress();
        return SweepView.units(now) + (now.note().isEmpty() ? "" : ". " + now.note());
    }

    private void tell(SweepRun run) {
        List<Sweep.Outcome> outcomes = run.outcomes();
        for (Sweep.Outcome outcome : outcomes) {
            outcome.measured()
                    .filter(BenchResult::hasFigures)
                    .ifPresent(
                            measured ->
                                    out().println(
                                                    "\n"
                                                            + Plain.of(
                                                                    BenchView.table(measured)
                                                                            .text())));
            if (!outcome.failures().isEmpty()) {
                out().println(Plain.of("\nNo figures " + SweepView.failures(outcome)));
            }
        }
        SweepRun.Progress now = run.progress();
        if (!now.given().isEmpty()) {
            out().println(Plain.of("\n" + SweepView.givenUp(now) + "\n--retry tries them again."));
        }
        if (!now.isComplete() && !now.note().isEmpty()) {
            out().println(Plain.of("\n" + now.note()));
        }
        try {
            SweepFiles.csv(directory().resolve("figures.csv"), run.sweep(), outcomes);
            SweepFiles.json(directory().resolve("figures.json"), run.sweep(), outcomes);
        } catch (IOException e) {
            throw new CellError("The figures cannot be written: %s.".formatted(e.getMessage()))
                    .next("Choose another place with --dir.");
        }
        out().println(
                        Plain.of(
                                "\n%s; %s and .json beside it."
                                        .formatted(
                                                SweepView.units(now),
                                                directory().resolve("figures.csv"))));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void say(String text) {
        spec.commandLine().getErr().println(Plain.of(text));
    }
}
