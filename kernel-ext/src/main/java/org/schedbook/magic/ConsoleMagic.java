package org.schedbook.magic;

import java.util.List;
import java.util.Optional;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Log;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code %console}: what the guest's kernel said. */
@Command(
        description = {
            "Shows the end of what the guest wrote to its console.",
            "",
            "Of a guest that has ended, what it wrote last. The kernel's whole log is in %shell"
                    + " dmesg.",
        },
        footer = {"Examples:", "  %console", "  %console --lines 100"})
final class ConsoleMagic implements Magic {

    @Option(
            names = "--lines",
            paramLabel = "N",
            description = "How many lines, by default ${DEFAULT-VALUE}.",
            defaultValue = "40")
    private int lines;

    private final Session session;

    ConsoleMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) {
        if (lines < 1) {
            throw new CellError("--lines is %d and must be 1 or more.".formatted(lines))
                    .next("Ask for some lines: %console --lines 40.");
        }
        Optional<String> console = session.place().console();
        if (console.isEmpty()) {
            return "No guest has been started. %attach NAME starts one.";
        }
        List<String> all = console.get().lines().map(ConsoleMagic::printable).toList();
        if (all.isEmpty()) {
            return "The guest has written nothing to its console.";
        }
        return new Log(String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size())));
    }

    /** A console may hold sequences that move a terminal's cursor or colour its text. */
    static String printable(String line) {
        return line.replaceAll("\\u001b\\[[0-9;?]*[A-Za-z]", "")
                .replaceAll("[\\p{Cntrl}&&[^\\t]]", "");
    }
}
