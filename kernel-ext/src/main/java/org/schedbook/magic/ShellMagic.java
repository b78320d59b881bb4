package org.schedbook.magic;

import java.time.Duration;
import java.util.List;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.LiveText;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.target.CommandResult;
import org.schedbook.target.TargetException;
import org.schedbook.view.StatusCard;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %shell COMMAND}: runs a command where the policies run. */
@Command(
        description = {
            "Runs a command in the guest, as root, and shows what it writes as it comes.",
            "",
            "The rest of the line goes to the guest's shell as it is typed, with the lines of a"
                    + " here-document (<<END) behind it. The command's input is otherwise empty. The cell ends when the shell does; what was started with & goes on,"
                    + " is named with its number, and in every measurement that it runs beside, and"
                    + " ends with the guest or by %%shell kill NUMBER. Send its output elsewhere"
                    + " (> /dev/null): nobody reads it any more.",
        },
        footer = {
            "Examples:",
            "  %shell cat /sys/kernel/sched_ext/state",
            "  %shell dmesg | tail",
            "  %shell yes > /dev/null &",
            "  %shell --limit 120 stress-ng --cpu 4 --timeout 60"
        })
final class ShellMagic implements Magic {

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            description = "When to kill the command, by default after ${DEFAULT-VALUE} s.",
            defaultValue = "60")
    private int limit;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "What to run.")
    private List<String> words;

    private final Session session;

    ShellMagic(Session session) {
        this.session = session;
    }

    @Override
    public boolean takesCommandLine() {
        return true;
    }

    @Override
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        if (limit < 1) {
            throw new CellError("--limit is %d and must be 1 or more.".formatted(limit))
                    .next("Give the command some time, or leave --limit out.");
        }
        String command = call.asTyped(words.size());
        TargetStart.start(session, call);
        LiveText output = call.liveText("# " + command, CommandResult::shown);
        CommandResult result =
                session.place()
                        .target()
                        .runAndLeave(
                                List.of("sh", "-c", command),
                                Duration.ofSeconds(limit),
                                output::append);
        var title = new StringBuilder("# " + command);
        if (result.exitCode() != 0) {
            title.append(" (exit status %d)".formatted(result.exitCode()));
        }
        if (!result.left().isEmpty()) {
            title.append(" (in the background: %s)".formatted(StatusCard.processes(result.left())));
        }
        output.title(title.toString());
        return null;
    }
}
