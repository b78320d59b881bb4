package org.schedbook.magic;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.Endpoint;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.OpenAiModel;
import org.schedbook.llm.Recordings;
import org.schedbook.prompt.PolicyPrompt;
import org.schedbook.prompt.RepairLoop;
import org.schedbook.prompt.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %%prompt NAME}: has a language model write a policy. */
@Command(
        description = {
            "Has a language model write a policy from the words in the cell.",
            "",
            "The answer is offered as the next cell, to be read, changed and run. Until that cell is"
                    + " run, the answer is the policy NAME as it came.",
            "",
            "An answer that does not compile, or does what a policy may not do, goes back to the"
                    + " model with what is wrong with it.",
            "",
            "The model is behind an OpenAI-compatible endpoint: OPENAI_BASE_URL (OpenAI's own unless"
                    + " set), OPENAI_API_KEY, OPENAI_MODEL. Without one, the recorded answers that"
                    + " come with a notebook answer exactly its prompts.",
            ""
        },
        footer = {
            "Examples:",
            "  %%prompt my-policy --from vtime",
            "  Threads that sleep most go first."
        })
final class PromptMagic implements Magic {

    /** Answers that come with a notebook, beside it. */
    private static final Path RECORDINGS = Path.of("recordings");

    private static final String DEFAULT_START = "fifo";

    @Parameters(paramLabel = "NAME", description = "What to call the policy.")
    private String name;

    @Option(
            names = "--from",
            paramLabel = "POLICY",
            description = "The policy to start from; NAME itself if there is one, else fifo.")
    private String from;

    @Option(names = "--model", paramLabel = "MODEL", description = "Instead of OPENAI_MODEL.")
    private String model;

    @Option(
            names = "--record",
            paramLabel = "DIR",
            description =
                    "Keep the answers there, so that they can be played back without a model.")
    private Path record;

    @Option(
            names = "--repairs",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often the model may correct an answer; 3 unless given.")
    private int repairs;

    @Option(names = "--show", description = "Show exactly what would be sent, and send nothing.")
    private boolean show;

    private final Session session;
    private final Map<String, String> environment;

    PromptMagic(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException, IOException {
        var prompt = new PolicyPrompt(call.body(), start());
        if (show) {
            call.show(text(prompt));
            return null;
        }
        Optional<Endpoint> endpoint = Endpoint.from(environment);
        if (endpoint.isEmpty()) {
            write(
                    prompt,
                    new Recordings(RECORDINGS),
                    new PromptView(call, "A record", repairs),
                    call);
            return null;
        }
        String asked =
                Optional.ofNullable(model).or(this::environmentModel).orElseThrow(this::noModel);
        try (var client = new OpenAiModel(endpoint.get(), asked)) {
            write(prompt, client, new PromptView(call, asked, repairs), call);
        }
        return null;
    }

    /** Refuses what is wrong in the magic's own line before anything is paid for. */
    private PolicySource start() {
        PolicyMagic.source(name, "");
        if (repairs < 0) {
            throw new CellError("--repairs is a number from 0.").next("Leave it out for 3.");
        }
        if (from != null) {
            return session.source(from);
        }
        return session.source(session.policyNames().contains(name) ? name : DEFAULT_START);
    }

    private static String text(PolicyPrompt prompt) {
        return prompt.messages().stream()
                .map(m -> "--- %s ---\n%s".formatted(m.role(), m.content()))
                .collect(Collectors.joining("\n"));
    }

    private Optional<String> environmentModel() {
        return Optional.ofNullable(environment.get("OPENAI_MODEL")).filter(m -> !m.isBlank());
    }

    private CellError noModel() {
        return new CellError("No model is named.")
                .next("Add --model MODEL, or set OPENAI_MODEL and restart the kernel.");
    }

    private void write(PolicyPrompt prompt, Model author, PromptView view, MagicCall call)
            throws InterruptedException, IOException {
        var loop =
                new RepairLoop(
                        author,
                        session.compiler(),
                        Session.DIRECTORY.resolve("attempts"),
                        repairs,
                        Optional.ofNullable(record).map(Recordings::new));
        try (view) {
            Verdict verdict = loop.run(name, prompt, view);
            if (verdict.failed().isPresent()) {
                unrepaired(view, repairs == 0 ? "" : " after its last repair", call);
            } else if (!verdict.answer().finishReason().equals("stop")) {
                call.show(
                        "The answer ended early (%s) and is a policy all the same."
                                .formatted(verdict.answer().finishReason()));
            }
        } catch (ModelException e) {
            if (view.source().isEmpty()) {
                throw Errors.of(e);
            }
            unrepaired(view, ", and no repair came: " + e.getMessage(), call);
        } finally {
            // Also after an interrupt: what a model wrote is the person's.
            view.source().ifPresent(source -> offer(source, call));
        }
    }

    private void offer(PolicySource source, MagicCall call) {
        call.offerNextCell("%%policy " + name + "\n" + source.text().stripTrailing());
        try {
            session.define(source);
        } catch (CompileException e) {
            // The cell has said so, gate by gate.
        }
    }

    /** Says that it is the person's turn. */
    private static void unrepaired(PromptView view, String how, MagicCall call) {
        Verdict last = view.last().orElseThrow();
        String what = "The model's answer " + last.failed().orElseThrow().failed() + how;
        if (view.source().isEmpty()) {
            throw new CellError(what + ".")
                    .next(
                            "Say in the cell that you want a class that extends Policy, and run it"
                                    + " again.")
                    .details(last.answer().text());
        }
        // No failure of the cell: front ends insert the next cell only if this one succeeds.
        call.show(
                new Card(what)
                        .row("problems", Errors.text(last.problems()))
                        .row("next", "Correct it in the cell below and run that cell."));
    }

    @Override
    public List<String> candidates(String label) {
        return switch (label) {
            case "--from", "NAME" -> List.copyOf(session.policyNames());
            case "--model" -> environmentModel().stream().toList();
            default -> List.of();
        };
    }
}
