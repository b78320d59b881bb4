package org.schedbook.tool;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.schedbook.bench.BenchResult;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Plain;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.SweepDescription;
import org.schedbook.sweep.SweepRun;
import org.schedbook.target.TargetException;
import org.schedbook.units.Machines;
import org.schedbook.units.UnitRun;
import org.schedbook.view.BenchView;
import org.schedbook.view.SweepView;
import org.schedbook.view.UnitsView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "What has a result in DIR, which is called as FILE unless given, is not measured again,"
                    + " so a sweep that was interrupted or killed goes on where it was. The figures are printed, and written to"
                    + " DIR/figures.csv and DIR/figures.json.",
            ""
        })
final class RunSweep implements Callable<Integer> {

    private static final int COMPLETE = 0;
    private static final int INCOMPLETE = 1;

    @Parameters(paramLabel = "FILE", description = "A sweep in JSON; docs/sweeps.md describes it.")
    private Path file;

    @Mixin private UnitOptions units;

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
        Machines machines = Machines.of(sweep.needs(), units.on);
        var run = new SweepRun(sweep, directory(), machines);
        if (units.cancel) {
            return UnitOptions.cancel(run, this::say) ? COMPLETE : INCOMPLETE;
        }
        if (units.status) {
            run.inspect();
        } else {
            if (units.retry) {
                run.forgive();
            }
            say(
                    "%s: %s, in %s, %d at a time"
                            .formatted(
                                    sweep.title(),
                                    UnitsView.units(run.progress()),
                                    directory(),
                                    machines.atATime()));
            UnitOptions.follow(run, this::say);
        }
        tell(run);
        return run.progress().done() == run.progress().total() ? COMPLETE : INCOMPLETE;
    }

    private Path directory() {
        String name = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        return units.directory != null ? units.directory : file.resolveSibling(name + ".sweep");
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
        UnitRun.Progress now = run.progress();
        if (!now.given().isEmpty()) {
            out().println(Plain.of("\n" + UnitsView.givenUp(now) + "\n--retry tries them again."));
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
                                                UnitsView.units(now),
                                                directory().resolve("figures.csv"))));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void say(String text) {
        spec.commandLine().getErr().println(Plain.of(text));
    }
}
