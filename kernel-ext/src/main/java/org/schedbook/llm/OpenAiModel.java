package org.schedbook.llm;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A model behind an OpenAI-compatible chat-completions endpoint, hosted or local. Answers are
 * streamed. Whatever comes from there passes here, and no secret of the endpoint is in it
 * afterwards.
 */
public final class OpenAiModel implements Model, AutoCloseable {

    /**
     * Before the answer and between its pieces. Reasoning models think for minutes, and the request
     * that is sent again after a silence is paid for again; a person who waits can interrupt.
     */
    private static final Duration SILENCE_LIMIT = Duration.ofMinutes(15);

    /** Of a server, in an error message. */
    private static final int MAX_WORDS = 600;

    private final Endpoint endpoint;
    private final String model;
    private final Sampling sampling;
    private final Duration silenceLimit;
    private final Map<String, String> environment;
    private final Secrets secrets;
    private ChatClient client;

    public OpenAiModel(Endpoint endpoint, String model, Sampling sampling) {
        this(endpoint, model, sampling, SILENCE_LIMIT, System.getenv());
    }

    OpenAiModel(Endpoint endpoint, String model, Sampling sampling, Duration silenceLimit) {
        this(endpoint, model, sampling, silenceLimit, Map.of());
    }

    /**
     * @param environment what says how the server is reached: proxies and certificates
     */
    OpenAiModel(
            Endpoint endpoint,
            String model,
            Sampling sampling,
            Duration silenceLimit,
            Map<String, String> environment) {
        this.endpoint = endpoint;
        this.model = Endpoint.tidy(model);
        this.sampling = sampling;
        this.silenceLimit = silenceLimit;
        this.environment = environment;
        secrets = Secrets.of(endpoint);
    }

    @Override
    public String name() {
        return model;
    }

    @Override
    public String place() {
        return endpoint.shown();
    }

    @Override
    public Sampling sampling() {
        return sampling;
    }

    @Override
    public Completion complete(List<ChatMessage> messages, Consumer<String> onText)
            throws ModelException, InterruptedException {
        return complete(messages, onText, _ -> {});
    }

    @Override
    public Completion complete(
            List<ChatMessage> messages, Consumer<String> onText, Consumer<String> onWait)
            throws ModelException, InterruptedException {
        Secrets.Pieces pieces = secrets.pieces(onText);
        try {
            Completion answer = client().complete(messages, pieces::add, onWait);
            pieces.end();
            return redacted(answer);
        } catch (ModelException e) {
            pieces.end();
            throw new ModelException(
                    shortened(secrets.redact(e.getMessage())),
                    shortened(secrets.redact(e.nextStep())),
                    secrets.redact(e.partial()));
        } catch (InterruptedException e) {
            pieces.end();
            throw e;
        }
    }

    /** To be used on what has no secret any more: half of one is one, too. */
    private static String shortened(String text) {
        return text.length() <= MAX_WORDS ? text : text.substring(0, MAX_WORDS) + "…";
    }

    private Completion redacted(Completion answer) {
        return new Completion(
                secrets.redact(answer.text()),
                secrets.redact(answer.model()),
                secrets.redact(answer.finishReason()),
                answer.promptTokens(),
                answer.cachedTokens(),
                answer.completionTokens(),
                answer.recordedOn(),
                answer.thoughts());
    }

    private synchronized ChatClient client() throws ModelException {
        if (client == null) {
            if (endpoint.problem().isPresent()) {
                throw endpoint.problem().get();
            }
            client =
                    new ChatClient(
                            endpoint, model, sampling, silenceLimit, new Network(environment));
        }
        return client;
    }

    /** Gives the client's connections up. */
    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
        }
    }
}
