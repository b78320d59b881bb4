package org.schedbook.llm;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonString;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * A model behind an OpenAI-compatible chat-completions endpoint, hosted or local. Answers are
 * streamed; openai-java retries what is worth retrying before the first byte.
 */
public final class OpenAiModel implements Model, AutoCloseable {

    /**
     * Before the answer and between its pieces. Reasoning models think for minutes, and the request
     * that is sent again after a silence is paid for again; a person who waits can interrupt.
     */
    private static final Duration SILENCE_LIMIT = Duration.ofMinutes(15);

    /** For servers that want no key; the client wants one. */
    private static final String NO_KEY = "none";

    private final Endpoint endpoint;
    private final String model;
    private final Sampling sampling;
    private final OpenAIClient client;

    public OpenAiModel(Endpoint endpoint, String model, Sampling sampling) {
        this(endpoint, model, sampling, SILENCE_LIMIT);
    }

    OpenAiModel(Endpoint endpoint, String model, Sampling sampling, Duration silenceLimit) {
        this.endpoint = endpoint;
        this.model = model;
        this.sampling = sampling;
        var builder =
                OpenAIOkHttpClient.builder()
                        .apiKey(endpoint.apiKey().orElse(NO_KEY))
                        .timeout(silenceLimit);
        endpoint.baseUrl().ifPresent(builder::baseUrl);
        client = builder.build();
    }

    @Override
    public String name() {
        return model;
    }

    @Override
    public String place() {
        return endpoint.baseUrl().orElse("the OpenAI API");
    }

    @Override
    public Sampling sampling() {
        return sampling;
    }

    @Override
    public Completion complete(List<ChatMessage> messages, Consumer<String> onText)
            throws ModelException, InterruptedException {
        var answer = new Answer();
        var events = new LinkedBlockingQueue<Event>();
        // A platform thread that waits for the network can not be interrupted. A virtual one can:
        // its socket is closed (java.net.Socket), which also tells the server to stop.
        Thread reader = Thread.ofVirtual().start(() -> read(messages, events));
        try {
            return await(events, answer, onText);
        } finally {
            reader.interrupt();
        }
    }

    private Completion await(BlockingQueue<Event> events, Answer answer, Consumer<String> onText)
            throws ModelException, InterruptedException {
        while (true) {
            switch (events.take()) {
                case Chunk(ChatCompletionChunk chunk) -> answer.add(chunk, onText);
                case Broken(RuntimeException e) -> throw explain(e, answer.text());
                case End() -> {
                    return answer.completion(model);
                }
            }
        }
    }

    private void read(List<ChatMessage> messages, BlockingQueue<Event> events) {
        try (var response = client.chat().completions().createStreaming(params(messages))) {
            response.stream().map(Chunk::new).forEach(events::add);
            events.add(new End());
        } catch (RuntimeException e) {
            events.add(new Broken(e));
        }
    }

    private ChatCompletionCreateParams params(List<ChatMessage> messages) {
        var builder =
                ChatCompletionCreateParams.builder()
                        .model(model)
                        .streamOptions(
                                ChatCompletionStreamOptions.builder().includeUsage(true).build());
        sampling.temperature().ifPresent(builder::temperature);
        for (ChatMessage message : messages) {
            switch (message.role()) {
                case "system" -> builder.addSystemMessage(message.content());
                case "user" -> builder.addUserMessage(message.content());
                case "assistant" -> builder.addAssistantMessage(message.content());
                default -> throw new IllegalArgumentException("no such role: " + message.role());
            }
        }
        return builder.build();
    }

    private ModelException explain(RuntimeException e, String partial) {
        return switch (e) {
            case OpenAIServiceException service ->
                    new ModelException(
                            "%s answered with status %d: %s"
                                    .formatted(
                                            endpoint,
                                            service.statusCode(),
                                            endpoint.redact(String.valueOf(service.getMessage()))),
                            nextStep(service.statusCode()),
                            partial);
            case OpenAIIoException io when isSilence(io) ->
                    new ModelException(
                            "%s has been silent for too long%s."
                                    .formatted(endpoint, partial.isEmpty() ? "" : ", mid-answer"),
                            partial.isEmpty()
                                    ? "Run the cell again, or try another --model."
                                    : "Run the cell again; what had arrived is kept.",
                            partial);
            case OpenAIIoException io when partial.isEmpty() ->
                    new ModelException(
                            "%s can not be reached: %s".formatted(endpoint, rootMessage(io)),
                            "Check OPENAI_BASE_URL and that the server is running.",
                            partial);
            default ->
                    new ModelException(
                            "The answer of %s broke off: %s".formatted(endpoint, rootMessage(e)),
                            partial.isEmpty()
                                    ? "Check that OPENAI_BASE_URL is an OpenAI-compatible API."
                                    : "Run the cell again; what had arrived is kept.",
                            partial);
        };
    }

    private static boolean isSilence(Throwable e) {
        return e instanceof InterruptedIOException
                || e.getCause() != null && isSilence(e.getCause());
    }

    private String nextStep(int status) {
        return switch (status) {
            case 401 -> "Check OPENAI_API_KEY and restart the kernel.";
            case 403 ->
                    "The key is valid but may not do this: check the project's rights, and whether the"
                            + " provider serves your region.";
            case 404 ->
                    "Check the model's name ('%s') and OPENAI_BASE_URL, which usually ends in /v1."
                            .formatted(model);
            case 429 -> "Wait a little, or check the account's limits, and run the cell again.";
            default ->
                    status >= 500
                            ? "The trouble is on the server's side: run the cell again later."
                            : "Read the server's words above; another --model may do.";
        };
    }

    private String rootMessage(Throwable e) {
        while (e.getCause() != null) {
            e = e.getCause();
        }
        return endpoint.redact(
                e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }

    /** Gives the client's connections up. */
    @Override
    public void close() {
        client.close();
    }

    private sealed interface Event {}

    private record Chunk(ChatCompletionChunk chunk) implements Event {}

    private record Broken(RuntimeException cause) implements Event {}

    private record End() implements Event {}

    /** What has arrived of an answer. */
    private static final class Answer {

        /** Where servers put what a model thought before it answered; not in OpenAI's format. */
        private static final List<String> REASONING = List.of("reasoning_content", "reasoning");

        private final StringBuilder text = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final StringBuilder refusal = new StringBuilder();
        private boolean begun;
        private boolean toolCalls;
        private String finishReason = "";
        private String servedModel = "";
        private long promptTokens;
        private long cachedTokens;
        private long completionTokens;

        void add(ChatCompletionChunk chunk, Consumer<String> onText) {
            begun = true;
            if (!chunk.model().isEmpty()) {
                servedModel = chunk.model();
            }
            chunk.usage()
                    .ifPresent(
                            usage -> {
                                promptTokens = usage.promptTokens();
                                cachedTokens =
                                        usage.promptTokensDetails()
                                                .flatMap(details -> details.cachedTokens())
                                                .orElse(0L);
                                completionTokens = usage.completionTokens();
                            });
            for (var choice : chunk.choices()) {
                toolCalls |= choice.delta().toolCalls().isPresent();
                choice.delta().refusal().ifPresent(refusal::append);
                for (String name : REASONING) {
                    if (choice.delta()._allProperties().get(name) instanceof JsonString thought) {
                        reasoning.append(thought.value());
                    }
                }
                choice.finishReason().ifPresent(reason -> finishReason = reason.asString());
                choice.delta()
                        .content()
                        .filter(piece -> !piece.isEmpty())
                        .ifPresent(
                                piece -> {
                                    text.append(piece);
                                    onText.accept(piece);
                                });
            }
        }

        String text() {
            return text.toString();
        }

        private ModelException empty() {
            if (!begun) {
                return new ModelException(
                        "The server ended its answer before the first word of it.",
                        "A server of your own may do that where its context is too small for the"
                                + " request: give it 12,000 tokens, and read its log.",
                        "");
            }
            String ended = finishReason.isEmpty() ? "." : " (" + finishReason + ").";
            if (!refusal.isEmpty()) {
                return new ModelException(
                        "The model refuses: " + refusal, "Say it in other words.", "");
            }
            if (toolCalls) {
                return new ModelException(
                        "The model wants to call a tool instead of answering" + ended,
                        "It was offered none: try another --model.",
                        "");
            }
            if (!reasoning.isEmpty()) {
                return new ModelException(
                        "The model thought and did not answer" + ended,
                        finishReason.equals("length")
                                ? "Its limit of tokens is too low for its thoughts: raise it at the"
                                        + " server, or try another --model."
                                : "Run the cell again, or try another --model.",
                        reasoning.toString());
            }
            return new ModelException(
                    "The model's answer is empty" + ended,
                    finishReason.equals("content_filter")
                            ? "The endpoint's filter took it out: say it in other words, or try"
                                    + " another --model."
                            : "Run the cell again, or try another --model.",
                    "");
        }

        Completion completion(String askedFor) throws ModelException {
            if (text.toString().isBlank()) {
                throw empty();
            }
            return new Completion(
                    text(),
                    servedModel.isEmpty() ? askedFor : servedModel,
                    finishReason,
                    promptTokens,
                    cachedTokens,
                    completionTokens,
                    "");
        }
    }
}
