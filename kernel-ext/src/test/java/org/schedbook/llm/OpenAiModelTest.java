package org.schedbook.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against a real HTTP server that speaks the streaming chat-completions format. */
@Timeout(60)
class OpenAiModelTest {

    private static final String KEY = "sk-test-0123456789";
    private static final List<ChatMessage> MESSAGES =
            List.of(ChatMessage.system("You write."), ChatMessage.user("Write."));

    private final AtomicReference<JsonNode> request = new AtomicReference<>();
    private final AtomicReference<String> authorization = new AtomicReference<>();
    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;
    private Handler handler;
    private OpenAiModel model;

    private interface Handler {
        void handle(HttpExchange exchange) throws Exception;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/v1/chat/completions",
                exchange -> {
                    requests.incrementAndGet();
                    request.set(new JsonMapper().readTree(exchange.getRequestBody()));
                    authorization.set(exchange.getRequestHeaders().getFirst("Authorization"));
                    try (exchange) {
                        handler.handle(exchange);
                    } catch (Exception e) {
                        // The client hung up: that is what some tests are about.
                    }
                });
        server.start();
        model =
                new OpenAiModel(
                        endpoint(server.getAddress().getPort()), "test-model", Sampling.DEFAULT);
    }

    @AfterEach
    void stop() {
        model.close();
        server.stop(0);
    }

    @Test
    void theAnswerStreamsInPiecesAndIsReturnedWhole() throws Exception {
        handler =
                exchange ->
                        stream(
                                exchange,
                                delta("public "),
                                delta("class"),
                                finish("stop"),
                                usage(100, 7),
                                "[DONE]");
        var pieces = new ArrayList<String>();
        var completion = model.complete(MESSAGES, pieces::add);
        assertEquals(List.of("public ", "class"), pieces);
        assertEquals(
                new Completion("public class", "served-model", "stop", 100, 0, 7, ""), completion);
    }

    @Test
    void theRequestCarriesModelMessagesAndKey() throws Exception {
        handler = exchange -> stream(exchange, delta("x"), finish("stop"), "[DONE]");
        model.complete(MESSAGES, _ -> {});
        assertEquals("test-model", request.get().path("model").asText());
        assertTrue(request.get().path("stream").asBoolean());
        assertEquals("system", request.get().path("messages").path(0).path("role").asText());
        assertEquals("Write.", request.get().path("messages").path(1).path("content").asText());
        assertEquals("Bearer " + KEY, authorization.get());
    }

    @Test
    void aWrongKeyIsSaidWithoutSayingTheKey() {
        handler = exchange -> error(exchange, 401, "Incorrect API key provided: " + KEY);
        var e = failure();
        assertTrue(e.getMessage().contains("401"), e.getMessage());
        assertFalse(e.getMessage().contains(KEY), e.getMessage());
        assertTrue(e.nextStep().contains("OPENAI_API_KEY"), e.nextStep());
    }

    @Test
    void aServerThatRecoversIsNotNoticed() throws Exception {
        handler =
                exchange -> {
                    if (requests.get() == 1) {
                        error(exchange, 500, "oops");
                    } else {
                        stream(exchange, delta("x"), finish("stop"), "[DONE]");
                    }
                };
        assertEquals("x", model.complete(MESSAGES, _ -> {}).text());
    }

    @Test
    void noServerIsSaidSo() {
        try (var dead = new OpenAiModel(endpoint(1), "test-model", Sampling.DEFAULT)) {
            var e = assertThrows(ModelException.class, () -> dead.complete(MESSAGES, _ -> {}));
            assertTrue(e.getMessage().contains("cannot be reached"), e.getMessage());
            assertTrue(e.nextStep().contains("OPENAI_BASE_URL"), e.nextStep());
        }
    }

    @Test
    void anAnswerThatBreaksOffKeepsWhatHadArrived() {
        handler =
                exchange -> {
                    byte[] half =
                            ("data: " + delta("half") + "\n\n").getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                    exchange.sendResponseHeaders(200, half.length + 100);
                    exchange.getResponseBody().write(half);
                    exchange.getResponseBody().flush();
                    throw new IOException("cut");
                };
        assertEquals("half", failure().partial());
    }

    @Test
    void anEmptyAnswerIsAnErrorThatSaysWhy() {
        handler = exchange -> stream(exchange, finish("content_filter"), "[DONE]");
        assertTrue(failure().getMessage().contains("content_filter"));
    }

    @Test
    void somethingThatIsNoJsonIsAnError() {
        handler = exchange -> stream(exchange, "<html>");
        failure();
    }

    @ParameterizedTest
    @CsvSource({
        "401, 1, OPENAI_API_KEY",
        "403, 1, region",
        "404, 1, /v1",
        "400, 1, --model",
        "429, 3, limits",
        "500, 3, later",
        "529, 3, later"
    })
    void aRefusalIsRepeatedOnlyWhereThatMayHelpAndSaysWhatToDo(int status, int times, String word) {
        handler = exchange -> error(exchange, status, "no");
        var e = failure();
        assertTrue(e.getMessage().contains(String.valueOf(status)), e.getMessage());
        assertTrue(e.nextStep().contains(word), e.nextStep());
        assertEquals(times, requests.get());
    }

    @Test
    void aServerThatSaysWhenToComeBackIsLeftAloneUntilThen() throws Exception {
        var times = new ArrayList<Long>();
        handler =
                exchange -> {
                    times.add(System.nanoTime());
                    if (times.size() == 1) {
                        exchange.getResponseHeaders().set("Retry-After", "2");
                        error(exchange, 429, "slow down");
                    } else {
                        stream(exchange, delta("x"), finish("stop"), "[DONE]");
                    }
                };
        model.complete(MESSAGES, _ -> {});
        assertTrue(times.get(1) - times.get(0) >= 1_900_000_000L, times.toString());
    }

    @Test
    void aSlowFirstByteIsWaitedFor() throws Exception {
        handler =
                exchange -> {
                    Thread.sleep(1500);
                    stream(exchange, delta("x"), finish("stop"), "[DONE]");
                };
        assertEquals("x", model.complete(MESSAGES, _ -> {}).text());
        assertEquals(1, requests.get());
    }

    @Test
    void aStallMidStreamEndsAndKeepsWhatHadArrived() {
        var testOver = new CountDownLatch(1);
        handler =
                exchange -> {
                    stream(exchange, delta("half"));
                    testOver.await(20, TimeUnit.SECONDS);
                };
        try (var impatient =
                new OpenAiModel(
                        endpoint(server.getAddress().getPort()),
                        "test-model",
                        Sampling.DEFAULT,
                        Duration.ofSeconds(1))) {
            var e = assertThrows(ModelException.class, () -> impatient.complete(MESSAGES, _ -> {}));
            assertTrue(e.getMessage().contains("silent"), e.getMessage());
            assertEquals("half", e.partial());
        } finally {
            testOver.countDown();
        }
    }

    @Test
    void anAnswerWithoutChoicesIsEmpty() {
        handler = exchange -> stream(exchange, chunk("[]", "null"), "[DONE]");
        assertTrue(failure().getMessage().contains("empty"));
    }

    @Test
    void anAnswerThatEndsBeforeItBeginsSpeaksOfTheContext() {
        handler = exchange -> stream(exchange);
        var e = failure();
        assertTrue(e.getMessage().contains("before the first word"), e.getMessage());
        assertTrue(e.nextStep().contains("context"), e.nextStep());
    }

    @Test
    void anErrorInTheStreamIsShownInTheServersWords() {
        handler =
                exchange ->
                        stream(
                                exchange,
                                delta("half"),
                                "{\"error\":{\"message\":\"out of memory\",\"type\":\"server_error\"}}");
        var e = failure();
        assertTrue(e.getMessage().contains("out of memory"), e.getMessage());
        assertEquals("half", e.partial());
    }

    @Test
    void aToolCallIsNoAnswer() {
        handler =
                exchange ->
                        stream(
                                exchange,
                                chunk(
                                        "[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":null}]",
                                        "null"),
                                finish("tool_calls"),
                                "[DONE]");
        assertTrue(failure().getMessage().contains("tool"));
    }

    @Test
    void thoughtsAloneAreNoAnswerAndAreKept() {
        handler =
                exchange ->
                        stream(
                                exchange,
                                chunk(
                                        "[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm, queues\"},\"finish_reason\":null}]",
                                        "null"),
                                finish("length"),
                                "[DONE]");
        var e = failure();
        assertTrue(e.getMessage().contains("thought"), e.getMessage());
        assertTrue(e.nextStep().contains("limit"), e.nextStep());
        assertEquals("Hm, queues", e.partial());
    }

    @Test
    void aRefusalOfTheModelIsShown() {
        handler =
                exchange ->
                        stream(
                                exchange,
                                chunk(
                                        "[{\"index\":0,\"delta\":{\"refusal\":\"I will not.\"},\"finish_reason\":null}]",
                                        "null"),
                                finish("stop"),
                                "[DONE]");
        assertTrue(failure().getMessage().contains("I will not."));
    }

    @Test
    void aMegabyteOfAnswerArrivesWhole() throws Exception {
        String kilobyte = "x".repeat(1024);
        handler =
                exchange -> {
                    String[] events = new String[1026];
                    Arrays.fill(events, delta(kilobyte));
                    events[1024] = finish("stop");
                    events[1025] = "[DONE]";
                    stream(exchange, events);
                };
        assertEquals(1 << 20, model.complete(MESSAGES, _ -> {}).text().length());
    }

    @Test
    void aWebPageInPlaceOfAnAnswerIsAnError() {
        handler =
                exchange -> {
                    byte[] page = "<html>Log in</html>".getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "text/html");
                    exchange.sendResponseHeaders(200, page.length);
                    exchange.getResponseBody().write(page);
                };
        assertFalse(failure().nextStep().isEmpty());
    }

    @Test
    void cachedTokensAreCounted() throws Exception {
        handler =
                exchange ->
                        stream(
                                exchange,
                                delta("x"),
                                finish("stop"),
                                chunk(
                                        "[]",
                                        "{\"prompt_tokens\":9,\"completion_tokens\":1,\"total_tokens\":10,\"prompt_tokens_details\":{\"cached_tokens\":8}}"),
                                "[DONE]");
        assertEquals(8, model.complete(MESSAGES, _ -> {}).cachedTokens());
    }

    @Test
    void theTemperatureIsSentIfItWasChosen() throws Exception {
        handler = exchange -> stream(exchange, delta("x"), finish("stop"), "[DONE]");
        model.complete(MESSAGES, _ -> {});
        assertTrue(request.get().path("temperature").isMissingNode());
        var cool = new Sampling(OptionalDouble.of(0.25));
        try (var cooler =
                new OpenAiModel(endpoint(server.getAddress().getPort()), "test-model", cool)) {
            cooler.complete(MESSAGES, _ -> {});
        }
        assertEquals(0.25, request.get().path("temperature").asDouble());
    }

    @Test
    void anInterruptEndsTheWaitAtOnceAndHangsUp() throws Exception {
        var streaming = new CountDownLatch(1);
        var hungUp = new CountDownLatch(1);
        handler =
                exchange -> {
                    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                    exchange.sendResponseHeaders(200, 0);
                    try {
                        while (true) {
                            exchange.getResponseBody()
                                    .write(
                                            ("data: " + delta("x") + "\n\n")
                                                    .getBytes(StandardCharsets.UTF_8));
                            exchange.getResponseBody().flush();
                            Thread.sleep(20);
                        }
                    } catch (IOException e) {
                        hungUp.countDown();
                    }
                };
        var outcome = new AtomicReference<Exception>();
        Thread cell =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        model.complete(MESSAGES, _ -> streaming.countDown());
                                    } catch (ModelException | InterruptedException e) {
                                        outcome.set(e);
                                    }
                                });
        assertTrue(streaming.await(20, TimeUnit.SECONDS));
        cell.interrupt();
        assertTrue(cell.join(Duration.ofSeconds(2)), "the cell ends");
        assertEquals(InterruptedException.class, outcome.get().getClass());
        assertTrue(hungUp.await(20, TimeUnit.SECONDS), "the server sees it");
    }

    /** A pause before the server is asked again: it is busy, loads the model, or says nothing. */
    @ParameterizedTest
    @CsvSource({
        "503, {\"error\":{\"message\":\"busy\"}}, 30",
        "429, {\"error\":{\"message\":\"slow down\"}}, 30",
        "503, {\"error\":{\"message\":\"Loading model\"}}, 30",
        "500, nothing to read, ''",
    })
    void anInterruptEndsAPauseAtOnceAndTheNextRequestIsAnswered(
            int status, String body, String retryAfter) throws Exception {
        var asked = new CountDownLatch(1);
        handler =
                exchange -> {
                    if (!retryAfter.isEmpty()) {
                        exchange.getResponseHeaders().set("Retry-After", retryAfter);
                    }
                    exchange.sendResponseHeaders(status, 0);
                    exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
                    asked.countDown();
                };
        var outcome = new AtomicReference<Throwable>();
        Thread cell =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        model.complete(MESSAGES, _ -> {});
                                    } catch (Throwable e) {
                                        outcome.set(e);
                                    }
                                });
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        if (!retryAfter.isEmpty()) {
            awaitPause(cell);
        }
        cell.interrupt();
        assertTrue(cell.join(Duration.ofSeconds(10)), "the cell ends");
        assertEquals(InterruptedException.class, outcome.get().getClass());
        handler = exchange -> stream(exchange, delta("x"), finish("stop"), "[DONE]");
        assertEquals("x", model.complete(MESSAGES, _ -> {}).text());
    }

    private static void awaitPause(Thread thread) throws InterruptedException {
        while (Stream.of(thread.getStackTrace())
                .noneMatch(frame -> frame.getMethodName().equals("sleep"))) {
            assertTrue(thread.isAlive(), "it pauses");
            Thread.sleep(5);
        }
    }

    @Test
    void withoutKeyAndUrlThereIsNoEndpoint() {
        assertEquals(Optional.empty(), Endpoint.from(Map.of("OPENAI_API_KEY", " ")));
        assertTrue(Endpoint.from(Map.of("OPENAI_BASE_URL", "http://localhost:1/v1")).isPresent());
    }

    @Test
    void anEndpointNeverShowsItsKey() {
        assertFalse(endpoint(1).toString().contains(KEY));
    }

    private ModelException failure() {
        return assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
    }

    private static Endpoint endpoint(int port) {
        return new Endpoint(Optional.of("http://localhost:" + port + "/v1"), Optional.of(KEY));
    }

    private static void stream(HttpExchange exchange, String... events) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        for (String event : events) {
            exchange.getResponseBody()
                    .write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        }
    }

    private static void error(HttpExchange exchange, int status, String message)
            throws IOException {
        byte[] body =
                """
                {"error": {"message": "%s", "type": "error", "code": null, "param": null}}"""
                        .formatted(message)
                        .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String delta(String content) {
        return chunk(
                "[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]"
                        .formatted(content),
                "null");
    }

    private static String finish(String reason) {
        return chunk(
                "[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]".formatted(reason), "null");
    }

    private static String usage(int prompt, int completion) {
        return chunk(
                "[]",
                "{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}"
                        .formatted(prompt, completion, prompt + completion));
    }

    private static String chunk(String choices, String usage) {
        return """
        {"id":"c1","object":"chat.completion.chunk","created":1,"model":"served-model","choices":%s,"usage":%s}"""
                .formatted(choices, usage);
    }
}
