package org.schedbook.magic;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.prompt.PolicyPrompt;
import org.schedbook.session.PromptCell;
import org.schedbook.session.Session;
import org.schedbook.store.StoredRequest;
import org.schedbook.view.RequestView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code %prompt show}: what {@code %%prompt} would send. */
@Command(
        description = {
            "Shows exactly what %%prompt would send now, and sends nothing.",
            "",
            "The words are those of the last %%prompt cell, or of the last one for NAME, and its"
                    + " options hold unless others are given. The policy to start from, the"
                    + " measurements and the counters are those of this moment. Where no words have"
                    + " been written yet, a placeholder stands for them.",
        },
        footer = {"Examples:", "  %prompt show", "  %prompt show my-policy --from vtime"})
final class PromptShowMagic implements Magic {

    static final String SHOW = "show";

    /** A policy's name and a person's words where there are none yet. */
    private static final String NAMELESS = "my-policy";

    private static final String WORDLESS = "(your words)";

    @Parameters(
            index = "0",
            paramLabel = SHOW,
            completionCandidates = Candidates.Show.class,
            description = "What to do: there is only this.")
    private String action;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            completionCandidates = Candidates.Policies.class,
            description = "The policy; by default that of the last %%%%prompt cell.")
    private String name;

    @Mixin private RequestOptions options;

    private final Session session;
    private final Map<String, String> environment;

    PromptShowMagic(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException, IOException {
        if (!action.equals(SHOW)) {
            throw new CellError("%prompt only shows what would be sent: %prompt show.")
                    .next(
                            "To have a policy written, begin a cell with %%prompt "
                                    + action
                                    + " and say below it what the policy is to do.");
        }
        Optional<PromptCell> last = name == null ? session.lastPrompt() : session.lastPrompt(name);
        if (last.isPresent()) {
            PromptCell cell = last.get();
            PromptCell.Options now = options.cell(cell.name(), cell.words()).options();
            show(
                    new PromptCell(cell.name(), cell.words(), now.over(cell.options())),
                    "those of the last cell for " + cell.name(),
                    call);
            return null;
        }
        Optional<StoredRequest> kept = kept();
        show(
                options.cell(
                        name == null ? NAMELESS : name,
                        kept.map(StoredRequest::words).orElse(WORDLESS)),
                kept.map(request -> "those of request " + request.id() + ", kept from earlier")
                        .orElse("none yet: " + WORDLESS + " stands for them"),
                call);
        return null;
    }

    private void show(PromptCell cell, String words, MagicCall call)
            throws IOException, InterruptedException {
        PolicyPrompt prompt = cell.prompt(session);
        new RequestView(environment).show(cell, prompt, words, call);
    }

    /** Returns what was asked for a policy before this kernel was started. */
    private Optional<StoredRequest> kept() {
        if (name == null || !session.hasStore()) {
            return Optional.empty(); // A look at what there is makes no files.
        }
        return session.store().attempts(name).reversed().stream()
                .filter(request -> request.purpose().equals("write") && request.repair() == 0)
                .findFirst();
    }
}
