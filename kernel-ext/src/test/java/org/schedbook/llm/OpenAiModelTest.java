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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
    void anUnknownModelIsNamed() {
        handler = exchange -> error(exchange, 404, "The model does not exist");
        assertTrue(failure().nextStep().contains("test-model"));
    }

    @Test
    void aBusyServerIsAskedAgainBeforeGivingUp() {
        handler = exchange -> error(exchange, 429, "Rate limit reached");
        assertTrue(failure().getMessage().contains("429"));
        assertEquals(3, requests.get());
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
            assertTrue(e.getMessage().contains("can not be reached"), e.getMessage());
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
        assertTrue(cell.join(java.time.Duration.ofSeconds(2)), "the cell ends");
        assertEquals(InterruptedException.class, outcome.get().getClass());
        assertTrue(hungUp.await(20, TimeUnit.SECONDS), "the server sees it");
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
