package org.schedbook.llm;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/**
 * The conversation with a server. openai-java writes the requests and carries them there; what
 * comes back is read here as it comes, since few servers send exactly what its types expect.
 */
final class ChatClient implements AutoCloseable {

    /** For servers that want no key; the client wants one. */
    private static final String NO_KEY = "none";

    private static final Place OPENAI = new Place("https", "", "api.openai.com", 443);

    /** Requests after the first, where the trouble may pass. */
    private static final int MAX_RETRIES = 2;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    /** A server that wants to be left alone longer is not waited for. */
    private static final Duration MAX_PAUSE = Duration.ofMinutes(1);

    private static final Duration LOADING_LIMIT = Duration.ofMinutes(10);

    private static final Duration LOADING_PAUSE = Duration.ofSeconds(2);

    /** For a count of tokens after the end of the text, which not every server sends. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    /** Each may be of some megabytes. */
    private static final int MAX_WAITING = 16;

    private static final int MAX_ERROR = 1 << 16;

    private final Endpoint endpoint;
    private final String model;
    private final Sampling sampling;
    private final Place server;
    private final Optional<Network.ProxySetting> proxy;
    private final OpenAIClient client;

    // What this server has turned out not to know.
    private volatile boolean counts = true;
    private volatile boolean streams = true;
    private volatile boolean systemRole = true;

    ChatClient(
            Endpoint endpoint,
            String model,
            Sampling sampling,
            Duration silenceLimit,
            Network network)
            throws ModelException {
        this.endpoint = endpoint;
        this.model = model;
        this.sampling = sampling;
        var builder =
                OpenAIOkHttpClient.builder()
                        .apiKey(endpoint.apiKey().orElse(NO_KEY))
                        .timeout(silenceLimit)
                        .maxRetries(0)
                        .addInterceptor(this::exchange);
        endpoint.address().map(ChatClient::known).ifPresent(builder::baseUrl);
        server = endpoint.place().orElse(OPENAI);
        proxy = network.prepare(builder, server);
        client = builder.build();
    }

    /**
     * openai-java takes only hosts that URI knows; {@link #exchange} sends a request to its own.
     */
    private static String known(String address) {
        return URI.create(address).getHost() != null
                ? address
                : address.replaceFirst("://[^/:?#]*", "://server");
    }

    /** Sends a request on; what is no success is an exception with all that the server says. */
    private Response exchange(Interceptor.Chain chain) throws IOException {
        HttpUrl url = chain.request().url().newBuilder().host(server.host()).build();
        Request request = chain.request().newBuilder().url(url).build();
        if (endpoint.apiKey().isEmpty() && endpoint.user().isPresent()) {
            String user =
                    Base64.getEncoder()
                            .encodeToString(endpoint.user().get().getBytes(StandardCharsets.UTF_8));
            request = request.newBuilder().header("Authorization", "Basic " + user).build();
        }
        Response response = chain.proceed(request);
        Response before = response.priorResponse();
        if (before != null && !response.request().method().equals(request.method())) {
            response.close();
            throw new RefusedException(
                    before.code(),
                    // Behind the question mark may be a secret.
                    "it has moved to " + before.header("Location", "?").split("[?#]", 2)[0],
                    Optional.empty());
        }
        if (response.isSuccessful()) {
            return response;
        }
        try (response) {
            String body = "";
            try {
                body =
                        new String(
                                response.body().byteStream().readNBytes(MAX_ERROR),
                                StandardCharsets.UTF_8);
            } catch (IOException e) {
                // The status says something, too.
            }
            throw new RefusedException(response.code(), body, retryAfter(response, body));
        }
    }

    private static Optional<Duration> retryAfter(Response response, String body) {
        return RetryAfter.header(response.header("Retry-After", ""), Instant.now())
                .or(() -> RetryAfter.milliseconds(response.header("Retry-After-Ms", "")))
                .or(() -> RetryAfter.words(Words.of(body)));
    }

    /**
     * Asks until there is an answer, or no hope for one.
     *
     * @param onText is given the answer piece by piece
     * @param onWait is told why there is none yet
     */
    Completion complete(
            List<ChatMessage> messages, Consumer<String> onText, Consumer<String> onWait)
            throws ModelException, InterruptedException {
        Instant started = Instant.now();
        for (int retries = 0; ; ) {
            var answer = new Answer(onText);
            try {
                return ask(messages, answer);
            } catch (Answer.SaidException e) {
                Trouble trouble = trouble();
                if (!answer.isEmpty()) {
                    throw trouble.said(e, answer.partial());
                }
                if (refusesForm(e.status(), e.getMessage(), onWait)) {
                    continue;
                }
                if (Trouble.isLoading(e.status(), e.getMessage()) && isEarly(started)) {
                    pause(LOADING_PAUSE, "The server is loading the model", started, onWait);
                } else if (Trouble.mayPass(e.status()) && retries < MAX_RETRIES) {
                    Thread.sleep(FIRST_PAUSE.multipliedBy(1L << retries++));
                } else {
                    throw trouble.said(e, "");
                }
            } catch (RefusedException e) {
                if (refusesForm(e.status(), e.body(), onWait)) {
                    continue;
                } else if (Trouble.isLoading(e.status(), e.body()) && isEarly(started)) {
                    pause(
                            e.retryAfter()
                                    .filter(wait -> wait.compareTo(MAX_PAUSE) <= 0)
                                    .orElse(LOADING_PAUSE),
                            "The server is loading the model",
                            started,
                            onWait);
                } else if (Trouble.mayPass(e.status())
                        && retries < MAX_RETRIES
                        && e.retryAfter().orElse(FIRST_PAUSE).compareTo(MAX_PAUSE) <= 0) {
                    Duration wait = e.retryAfter().orElse(FIRST_PAUSE.multipliedBy(1L << retries));
                    retries++;
                    if (wait.toSeconds() > 1) {
                        onWait.accept(
                                "The server is busy (%d) and asks to wait %d s"
                                        .formatted(e.status(), wait.toSeconds()));
                    }
                    Thread.sleep(wait);
                } else {
                    throw trouble().refused(e);
                }
            } catch (IOException e) {
                if (Trouble.isConnection(e) && answer.isEmpty() && retries < MAX_RETRIES) {
                    Thread.sleep(FIRST_PAUSE.multipliedBy(1L << retries++));
                } else {
                    throw trouble().broken(e, answer.partial());
                }
            }
        }
    }

    private Trouble trouble() {
        return new Trouble(endpoint, proxy, model, sampling, Instant.now());
    }

    /** Notes what a server turns out not to know; it is asked again without that. */
    private boolean refusesForm(int status, String words, Consumer<String> onWait) {
        if (counts && streams && Trouble.isAboutCounts(status, words)) {
            counts = false;
            return true;
        }
        if (streams && Trouble.isAboutStreaming(status, words)) {
            streams = false;
            return true;
        }
        if (systemRole && Trouble.isAboutSystemRole(status, words)) {
            systemRole = false;
            onWait.accept(
                    "The model takes no system message: what it says now goes before the user's");
            return true;
        }
        return false;
    }

    private static boolean isEarly(Instant started) {
        return Duration.between(started, Instant.now()).compareTo(LOADING_LIMIT) < 0;
    }

    private static void pause(Duration wait, String why, Instant started, Consumer<String> onWait)
            throws InterruptedException {
        long seconds = Duration.between(started, Instant.now()).toSeconds();
        onWait.accept(seconds < 1 ? why : why + " (%d s)".formatted(seconds));
        Thread.sleep(wait);
    }

    private Completion ask(List<ChatMessage> messages, Answer answer)
            throws Answer.SaidException, IOException, ModelException, InterruptedException {
        var events = new ArrayBlockingQueue<Event>(MAX_WAITING);
        // A platform thread that waits for the network cannot be interrupted. A virtual one can:
        // its socket is closed (java.net.Socket), which also tells the server to stop.
        Thread reader = Thread.ofVirtual().start(() -> read(messages, events));
        try {
            return await(events, answer);
        } finally {
            reader.interrupt();
        }
    }

    private Completion await(BlockingQueue<Event> events, Answer answer)
            throws Answer.SaidException, IOException, ModelException, InterruptedException {
        while (!answer.isDone()) {
            Event event =
                    answer.isWritten()
                            ? events.poll(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                            : events.take();
            switch (event) {
                case null -> {
                    return answer.completion(model);
                }
                case Data(String name, String data) -> answer.add(name, data);
                case Stray(String text) -> answer.addStray(text);
                case Broken(IOException _) when answer.isWritten() -> {
                    return answer.completion(model);
                }
                case Broken(IOException e) -> throw e;
                case End() -> {
                    return answer.completion(model);
                }
            }
        }
        return answer.completion(model);
    }

    private void read(List<ChatMessage> messages, BlockingQueue<Event> events) {
        try {
            try (HttpResponse response = send(messages)) {
                new EventReader(response.body(), new Queueing(events)).read();
                events.put(new End());
            } catch (IOException e) {
                events.put(new Broken(e));
            } catch (RuntimeException e) {
                events.put(new Broken(cause(e)));
            }
        } catch (InterruptedException e) {
            // Nobody waits for it any more.
        }
    }

    /** Returns what the network said; openai-java wraps it. */
    private static IOException cause(RuntimeException e) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each instanceof IOException io) {
                return io;
            }
        }
        return new IOException(
                e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
    }

    private HttpResponse send(List<ChatMessage> messages) {
        var completions = client.chat().completions().withRawResponse();
        return streams
                ? completions.createStreaming(params(messages))
                : completions.create(params(messages));
    }

    private ChatCompletionCreateParams params(List<ChatMessage> messages) {
        var builder = ChatCompletionCreateParams.builder().model(model);
        if (counts && streams) {
            builder.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build());
        }
        sampling.temperature().ifPresent(builder::temperature);
        for (ChatMessage message : systemRole ? messages : withoutSystem(messages)) {
            switch (message.role()) {
                case "system" -> builder.addSystemMessage(message.content());
                case "user" -> builder.addUserMessage(message.content());
                case "assistant" -> builder.addAssistantMessage(message.content());
                default -> throw new IllegalArgumentException("no such role: " + message.role());
            }
        }
        return builder.build();
    }

    /** Puts what system messages say before what the user says next. */
    private static List<ChatMessage> withoutSystem(List<ChatMessage> messages) {
        var all = new ArrayList<ChatMessage>();
        var before = new StringBuilder();
        for (ChatMessage message : messages) {
            switch (message.role()) {
                case "system" -> before.append(message.content()).append("\n\n");
                case "user" -> {
                    all.add(ChatMessage.user(before + message.content()));
                    before.setLength(0);
                }
                default -> all.add(message);
            }
        }
        return all;
    }

    /** Gives the connections up. */
    @Override
    public void close() {
        client.close();
    }

    private sealed interface Event {}

    private record Data(String name, String data) implements Event {}

    private record Stray(String text) implements Event {}

    private record Broken(IOException cause) implements Event {}

    private record End() implements Event {}

    private record Queueing(BlockingQueue<Event> events) implements EventReader.Sink {

        @Override
        public boolean event(String name, String data) throws InterruptedException {
            events.put(new Data(name, data));
            return true;
        }

        @Override
        public void stray(String text) throws InterruptedException {
            events.put(new Stray(text));
        }
    }
}
