package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.session.Place;
import org.schedbook.session.TargetChoice;

/** {@code %improve --candidates}, with a model's server and workers of its own. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ImproveCandidatesTest {

    private static final String LINE =
            "%improve mine --goal messaging:groups=1,loops=10 --hold-out messaging:groups=2,loops=5"
                    + " -n 5 --rounds 1 --candidates 3 --no-attach";

    @TempDir Path directory;

    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** Every answer is a plan and a policy in one, and no two are the same. */
    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        int slice = requests.incrementAndGet();
        ObjectNode reply = JsonMapper.builder().build().createObjectNode();
        reply.putArray("choices")
                .addObject()
                .put("finish_reason", "stop")
                .putObject("delta")
                .put(
                        "content",
                        "```java\n%s\n```"
                                .formatted(
                                        Notebook.FIFO.replace("SLICE_DFL_NS", slice + "00_000L")));
        byte[] body =
                "data: %s\n\ndata: [DONE]\n\n".formatted(reply).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void candidatesAreAskedForOnceHoweverOftenTheirMeasurementIsInterruptedAndShownInOneLine()
            throws Exception {
        var environment =
                Map.of(
                        "OPENAI_BASE_URL",
                        "http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort()),
                        "OPENAI_API_KEY",
                        "none",
                        "OPENAI_MODEL",
                        "scripted");
        try (var notebook = new Notebook(directory, environment)) {
            notebook.ok("%target sim --cpus 2");
            notebook.ok("%%policy mine", Notebook.FIFO);
            notebook.fails(LINE + " --on nowhere", null, "'nowhere' is no place");
            String unknown = LINE.replace("messaging:groups=1,loops=10", "stress-ng");
            notebook.fails(unknown + " --on local:2", null, "no model of");
            assertEquals(0, requests.get(), "nothing is asked for what cannot be measured");

            String line = LINE + " --on local:2";
            var first =
                    CompletableFuture.runAsync(
                            () -> notebook.fails(line, null, "goes on being measured"));
            while (results() == 0) {
                assertFalse(first.isDone(), "it was over before anything was measured");
                Thread.sleep(10);
            }
            notebook.interrupt();
            first.get(1, TimeUnit.MINUTES);
            String shown = notebook.ok(line);
            assertEquals(6, requests.get(), "what is written is not asked for again");
            assertTrue(shown.contains("Candidates 1 to 3: kept "), shown);
            assertTrue(shown.contains("all 1 rounds are done"), shown);
        }
        assertTrue(results() >= 4 * 5, "the start and three candidates, five times");
    }

    private long results() throws IOException {
        Path out = directory.resolve(".schedbook/improve/out");
        if (!Files.exists(out)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(out)) {
            return files.filter(each -> each.toString().endsWith(".json")).count();
        }
    }

    @Test
    void whatAModelWroteNeverSchedulesThisMachineItself() throws Exception {
        try (var notebook = new Notebook(directory)) {
            Place place = notebook.session().place();
            place.choose(TargetChoice.Kind.host.usual());
            assertEquals(TargetChoice.Kind.vm, UnitsJudge.target(place).kind());
            place.choose(TargetChoice.Kind.sim.usual());
            assertEquals(TargetChoice.Kind.sim, UnitsJudge.target(place).kind());
        }
    }
}
