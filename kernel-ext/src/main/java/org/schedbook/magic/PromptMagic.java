package org.schedbook.magic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.LiveText;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Endpoint;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.OpenAiModel;
import org.schedbook.llm.Recordings;
import org.schedbook.prompt.Attempt;
import org.schedbook.prompt.PolicyPrompt;
import org.schedbook.prompt.SourceExtractor;
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
            "The model is behind an OpenAI-compatible endpoint: OPENAI_BASE_URL (OpenAI's own unless"
                    + " set), OPENAI_API_KEY, OPENAI_MODEL. Without one, the recorded answers that"
                    + " come with a notebook answer exactly its prompts.",
            ""
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
            description = "Keep the answer there, so that it can be played back without a model.")
    private Path record;

    private final Session session;
    private final Map<String, String> environment;

    PromptMagic(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException, IOException {
        PolicySource start = start();
        List<ChatMessage> messages = new PolicyPrompt(call.body(), start).messages();
        Completion completion;
        try (Attempt attempt =
                        Attempt.start(Session.DIRECTORY.resolve("attempts"), name, messages);
                LiveText text = call.liveText("Waiting for the model")) {
            completion = complete(messages, attempt, text);
            attempt.finish(completion);
            if (record != null && !completion.isRecorded()) {
                new Recordings(record)
                        .record(messages, completion, Instant.now().toString().substring(0, 10));
            }
        }
        offer(completion, call);
        return null;
    }

    /** Refuses a bad name before anything is paid for. */
    private PolicySource start() {
        PolicyMagic.source(name, "");
        if (from != null) {
            return session.source(from);
        }
        return session.source(session.policyNames().contains(name) ? name : DEFAULT_START);
    }

    private Completion complete(List<ChatMessage> messages, Attempt attempt, LiveText text)
            throws InterruptedException, IOException {
        Instant asked = Instant.now();
        Optional<Endpoint> endpoint = Endpoint.from(environment);
        try {
            Completion completion =
                    endpoint.isPresent()
                            ? live(endpoint.get(), messages, attempt, text)
                            : new Recordings(RECORDINGS)
                                    .complete(messages, piece -> append(piece, attempt, text));
            text.title(caption(completion, Duration.between(asked, Instant.now())));
            return completion;
        } catch (ModelException e) {
            text.title("The model did not finish");
            throw Errors.of(e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Completion live(
            Endpoint endpoint, List<ChatMessage> messages, Attempt attempt, LiveText text)
            throws ModelException, InterruptedException {
        String asked =
                Optional.ofNullable(model).or(this::environmentModel).orElseThrow(this::noModel);
        text.title("%s is writing".formatted(asked));
        try (var client = new OpenAiModel(endpoint, asked)) {
            Model source = client;
            return source.complete(messages, piece -> append(piece, attempt, text));
        }
    }

    private Optional<String> environmentModel() {
        return Optional.ofNullable(environment.get("OPENAI_MODEL")).filter(m -> !m.isBlank());
    }

    private CellError noModel() {
        return new CellError("No model is named.")
                .next("Add --model MODEL, or set OPENAI_MODEL and restart the kernel.");
    }

    private static void append(String piece, Attempt attempt, LiveText text) {
        text.append(piece);
        try {
            attempt.append(piece);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String caption(Completion completion, Duration took) {
        if (completion.isRecorded()) {
            return "RECORDED answer, played back: written by %s on %s"
                    .formatted(completion.model(), completion.recordedOn());
        }
        String tokens =
                completion.completionTokens() == 0
                        ? ""
                        : ", %,d tokens in, %,d out"
                                .formatted(
                                        completion.promptTokens(), completion.completionTokens());
        return "Written by %s in %.1f s%s"
                .formatted(completion.model(), took.toMillis() / 1e3, tokens);
    }

    private void offer(Completion completion, MagicCall call) {
        String source =
                SourceExtractor.extract(completion.text())
                        .orElseThrow(
                                () ->
                                        new CellError("The model's answer has no policy in it.")
                                                .next(
                                                        "Say in the cell that you want a class that"
                                                                + " extends Policy, and run it"
                                                                + " again.")
                                                .details(completion.text()));
        call.offerNextCell("%%policy " + name + "\n" + source.stripTrailing());
        try {
            session.define(PolicyMagic.source(name, source));
        } catch (CompileException e) {
            // No failure of the cell: front ends insert the next cell only if this one succeeds.
            call.show(
                    new Card("What the model wrote does not compile")
                            .row("problems", Errors.text(e))
                            .row("next", "Correct it in the cell below and run that cell."));
            return;
        }
        if (!completion.finishReason().equals("stop")) {
            call.show("The answer ended early (" + completion.finishReason() + ") but compiles.");
        }
    }

    @Override
    public List<String> candidates(String label) {
        return label.equals("--from") ? List.copyOf(session.policyNames()) : List.of();
    }
}
