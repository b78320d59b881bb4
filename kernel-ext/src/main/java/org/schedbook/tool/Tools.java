package org.schedbook.tool;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Numbers;
import org.schedbook.jupyter.Plain;
import org.schedbook.view.Errors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * What {@code ./schedbook} does once everything is set up: one command each, with a help of its
 * own. The launcher sets up what a command needs and passes on the rest of its line.
 */
@Command(
        name = "./schedbook",
        subcommands = {
            AttachBench.class,
            Calibrate.class,
            ClockBench.class,
            CompileBench.class,
            ScheduleBench.class,
            EvaluatePrompts.class,
            Grade.class,
            KernelTrial.class,
            RecordBench.class,
            Reproduce.class,
            RunSweep.class,
            SaveGuest.class,
            Soak.class,
            SweepBench.class,
        })
public final class Tools {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this and do nothing else.")
    private boolean help;

    /** Exits with the status of the command; with 2 for a line that is none. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.US); // figures look the same on every machine, as in notebooks
        System.exit(commandLine().execute(args));
    }

    public static CommandLine commandLine() {
        return Numbers.in(new CommandLine(new Tools()))
                .setExecutionExceptionHandler(
                        (e, line, _) -> {
                            line.getErr().println(text(e));
                            return CommandLine.ExitCode.USAGE;
                        });
    }

    private static String text(Exception e) throws Exception {
        CellError error =
                e instanceof CellError said ? said : Errors.explain(e).orElseThrow(() -> e);
        return Stream.of(error.getMessage(), error.next(), error.details())
                .filter(part -> !part.isEmpty())
                .map(Plain::of)
                .collect(Collectors.joining("\n"));
    }

    private Tools() {}
}
