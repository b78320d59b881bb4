package org.schedbook.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.llm.ScriptedServer.Reply;

/** Settings as people paste them, and the way to a server as the environment has it. */
@Timeout(60)
class EndpointTest {

    private static final List<ChatMessage> MESSAGES = List.of(ChatMessage.user("Write."));

    private static final Reply HELLO =
            Reply.json(200, "{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}");

    private static Endpoint endpoint(String url, String key) {
        return Endpoint.from(
                        url == null
                                ? Map.of("OPENAI_API_KEY", key)
                                : Map.of("OPENAI_BASE_URL", url, "OPENAI_API_KEY", key))
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:PORT/v1",
                "  http://127.0.0.1:PORT/v1/ \n",
                "\"http://127.0.0.1:PORT/v1\"",
                "'http://127.0.0.1:PORT/v1'",
                "<http://127.0.0.1:PORT/v1>",
                "127.0.0.1:PORT/v1",
                "localhost:PORT/v1",
                "//127.0.0.1:PORT/v1",
                "HTTP://127.0.0.1:PORT/v1",
                "http:/127.0.0.1:PORT/v1",
                "Http:///127.0.0.1:PORT/v1",
                "http://127.0.0.1:PORT/v1/chat/completions",
                "http://me:se/cr#et@127.0.0.1:PORT/v1",
            })
    void anAddressIsTakenAsItIsMeant(String written) throws Exception {
        try (var server = new ScriptedServer(HELLO);
                var model = model(written.replace("PORT", "" + server.port()), " sk-key \r\n")) {
            assertEquals("Hello", model.complete(MESSAGES, _ -> {}).text());
            assertEquals("/v1/chat/completions", server.requests.getFirst().path());
            assertEquals(List.of("Bearer sk-key"), server.requests.getFirst().authorization());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {" sk-key ", "sk-key\n", "\"sk-key\"", "Bearer sk-key", "'Bearer sk-key'\r"})
    void aKeyIsTakenAsItIsMeant(String written) {
        assertEquals(Optional.of("sk-key"), endpoint(null, written).apiKey());
    }

    @Test
    void aNameOfAModelIsTakenAsItIsMeant() throws Exception {
        try (var server = new ScriptedServer(HELLO);
                var model =
                        new OpenAiModel(
                                endpoint(server.url(), "k"), "\" gpt x \"\n", Sampling.DEFAULT)) {
            model.complete(MESSAGES, _ -> {});
            assertEquals("gpt x", server.requests.getFirst().body().path("model").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://",
                "ftp://host/v1",
                "http://host:port/v1",
                "http://a b/v1",
                "http://host:99999/"
            })
    void whatIsNoAddressIsSaidByName(String written) {
        try (var model = model(written, "sk-key")) {
            var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
            assertTrue(e.getMessage().contains("OPENAI_BASE_URL"), e.getMessage());
            assertTrue(e.nextStep().contains("http://localhost"), e.nextStep());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sk-k\ney-secret", "sk-kéy-secret", "sk-key secret", "sk-key\u200b-secret"})
    void whatCanBeNoKeyIsSaidByNameAndNotShown(String key) {
        try (var model = model("http://127.0.0.1:1/v1", key)) {
            var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
            assertTrue(e.getMessage().contains("OPENAI_API_KEY"), e.getMessage());
            assertFalse(e.getMessage().contains("secret"), e.getMessage());
        }
    }

    @Test
    void aUserOfTheAddressIsSentAndNeverShown() throws Exception {
        try (var server = new ScriptedServer(HELLO)) {
            String url =
                    "http://me:pass%40word@127.0.0.1:" + server.port() + "/v1?api-key=QUERYSECRET";
            var endpoint = Endpoint.from(Map.of("OPENAI_BASE_URL", url)).orElseThrow();
            try (var model = new OpenAiModel(endpoint, "m", Sampling.DEFAULT)) {
                model.complete(MESSAGES, _ -> {});
                assertEquals("http://127.0.0.1:" + server.port() + "/v1", model.place());
            }
            String basic =
                    Base64.getEncoder()
                            .encodeToString("me:pass@word".getBytes(StandardCharsets.UTF_8));
            assertEquals(List.of("Basic " + basic), server.requests.getFirst().authorization());
            assertEquals("api-key=QUERYSECRET", server.requests.getFirst().query());
            assertEquals("http://127.0.0.1:" + server.port() + "/v1", endpoint.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://models.invalid/v1, HTTP_PROXY, models.invalid",
        "http://models.invalid/v1, http_proxy, models.invalid",
        "http://models.invalid/v1, ALL_PROXY, models.invalid",
        "models.invalid:80/v1, ALL_PROXY, models.invalid",
        "http://my_host:11434/v1, HTTP_PROXY, my_host:11434",
        "http://exämple.invalid/v1, HTTP_PROXY, xn--exmple-cua.invalid",
    })
    void aProxyIsAsked(String url, String variable, String host) throws Exception {
        try (var proxy = new ScriptedServer(HELLO)) {
            String address = "http://127.0.0.1:" + proxy.port();
            try (var model =
                    model(
                            url.startsWith("http") ? url : "http://" + url,
                            "k",
                            Map.of(variable, address))) {
                assertEquals("Hello", model.complete(MESSAGES, _ -> {}).text());
            }
            assertEquals(1, proxy.requests.size());
            assertEquals(host, proxy.requests.getFirst().host());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://api.example.com/v1|HTTPS_PROXY=http://p:1|http://p:1",
                "https://api.example.com/v1|HTTP_PROXY=http://p:1|",
                "http://api.example.com/v1|HTTPS_PROXY=http://p:1|",
                "https://api.example.com/v1|ALL_PROXY=socks5://p:1|socks5://p:1",
                "https://api.example.com/v1|HTTPS_PROXY=p:1|http://p:1",
                "https://api.example.com/v1|HTTPS_PROXY=http://p:1;NO_PROXY=example.com|",
                "https://api.example.com/v1|HTTPS_PROXY=http://p:1;NO_PROXY=a.b, .example.com|",
                "https://api.example.com/v1|HTTPS_PROXY=http://p:1;NO_PROXY=*.example.com|",
                "https://api.example.com/v1|HTTPS_PROXY=http://p:1;NO_PROXY=*|",
                "https://api.example.com/v1|HTTPS_PROXY=http://p:1;NO_PROXY=api.example.com:443|",
                "https://api.example.com/v1|HTTPS_PROXY=http://p:1;NO_PROXY=api.example.com:80|http://p:1",
                "https://api.example.com/v1|HTTPS_PROXY=http://p:1;NO_PROXY=ample.com|http://p:1",
                "http://10.1.2.3/v1|HTTP_PROXY=http://p:1;NO_PROXY=10.0.0.0/8|",
                "http://11.1.2.3/v1|HTTP_PROXY=http://p:1;NO_PROXY=10.0.0.0/8|http://p:1",
                "http://localhost:1/v1|HTTP_PROXY=http://p:1|",
                "http://127.0.0.1:1/v1|HTTP_PROXY=http://p:1|",
                "http://[::1]:1/v1|HTTP_PROXY=http://p:1|",
                "http://my_host:1/v1|HTTP_PROXY=HTTP://my_proxy:1|http://my_proxy:1",
                "http://my_host:1/v1|HTTP_PROXY=http://p:1;NO_PROXY=my_host|",
                "http://exämple.org/v1|HTTP_PROXY=http://p:1;NO_PROXY=Exämple.org|",
            })
    void theEnvironmentSaysWhichProxy(String server, String environment, String proxy)
            throws Exception {
        var variables = new HashMap<String, String>();
        for (String each : environment.split(";")) {
            variables.put(each.split("=", 2)[0], each.split("=", 2)[1]);
        }
        assertEquals(
                Optional.ofNullable(proxy),
                new Network(variables)
                        .proxy(Place.of(server).orElseThrow())
                        .map(found -> found.place().scheme() + "://" + found.place()));
    }

    @Test
    void aServerThatIsReachedThroughAProxyOnlyIsSaidToNeedOne() {
        try (var model = model("http://models.invalid/v1", "k")) {
            var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
            assertTrue(e.getMessage().contains("models.invalid"), e.getMessage());
            assertTrue(e.nextStep().contains("HTTPS_PROXY"), e.nextStep());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http, HTTP_PROXY, http://127.0.0.1:PORT, Connection refused",
        "https, https_proxy, 127.0.0.1:PORT, Connection refused",
        "http, ALL_PROXY, socks5://127.0.0.1:PORT, Connection refused",
        "http, HTTP_PROXY, http://proxy.invalid:PORT, there is no host proxy.invalid",
        "http, ALL_PROXY, socks5://proxy.invalid:PORT, there is no host proxy.invalid",
    })
    void aProxyThatIsDownIsNamedAndNotTheServer(
            String scheme, String variable, String address, String reason) throws Exception {
        int closed;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        String proxy = address.replace("PORT", "" + closed);
        try (var model = model(scheme + "://models.invalid/v1", "k", Map.of(variable, proxy))) {
            var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
            assertEquals(
                    "The proxy that %s names, %s, cannot be reached: %s."
                            .formatted(variable, proxy.replaceFirst(".*/", ""), reason),
                    e.getMessage());
            assertTrue(e.nextStep().startsWith("Check " + variable), e.nextStep());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https, HTTPS_PROXY, http, HTTP/1.1 502 Bad Gateway, Unexpected response code for CONNECT: 502",
        "http, ALL_PROXY, socks5, '\5\0\5\4\0\1\0\0\0\0\0\0', SOCKS: Host unreachable",
        "http, ALL_PROXY, socks5, no SOCKS, it does not speak SOCKS 5.",
    })
    void aProxyThatDoesNotReachTheServerIsNamedBesideIt(
            String scheme, String variable, String kind, String words, String reason)
            throws Exception {
        try (var proxy = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                while (!proxy.isClosed()) {
                                    try (var connection = proxy.accept()) {
                                        connection.getInputStream().read();
                                        connection
                                                .getOutputStream()
                                                .write((words + "\r\n\r\n").getBytes());
                                        connection.shutdownOutput();
                                        connection.getInputStream().readAllBytes();
                                    } catch (IOException e) {
                                        // The client has seen enough, or all of them have.
                                    }
                                }
                            });
            String address = "127.0.0.1:" + proxy.getLocalPort();
            try (var model =
                    model(
                            scheme + "://models.invalid/v1",
                            "k",
                            Map.of(variable, kind + "://" + address))) {
                var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
                assertEquals(
                        "%s://models.invalid/v1 (with a key) cannot be reached through the proxy that %s names, %s: %s"
                                .formatted(scheme, variable, address, reason),
                        e.getMessage());
                assertTrue(e.nextStep().contains("NO_PROXY"), e.nextStep());
            }
        }
    }

    @Test
    void aServerWithACertificateOfItsOwnIsTrustedOnceItIsNamed(@TempDir Path directory)
            throws Exception {
        Path store = directory.resolve("store.p12");
        Path file = directory.resolve("my certs.pem");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        String[] common = {"-keystore", store.toString(), "-storepass", "changeit", "-alias", "a"};
        run(
                keytool,
                common,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=x",
                "-ext",
                "san=ip:127.0.0.1");
        run(keytool, common, "-exportcert", "-rfc", "-file", file.toString());
        try (var server = new ScriptedServer(store, "changeit", HELLO)) {
            String url = "https://127.0.0.1:" + server.port() + "/v1";
            try (var model = model(url, "k")) {
                var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
                assertTrue(e.getMessage().contains("is not trusted"), e.getMessage());
                assertTrue(e.nextStep().contains("SSL_CERT_FILE"), e.nextStep());
            }
            try (var model = model(url, "k", Map.of("SSL_CERT_FILE", file.toString()))) {
                assertEquals("Hello", model.complete(MESSAGES, _ -> {}).text());
            }
            try (var model = model(url.replace("https", "http"), "k")) {
                assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
            }
        }
    }

    private static void run(Path program, String[] common, String... arguments) throws Exception {
        var command = new ArrayList<String>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of(common));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }

    @Test
    void aServerThatSpeaksNoTlsIsSaidNotTo() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var model = model("https://127.0.0.1:" + server.getLocalPort() + "/v1", "k")) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try (var connection = server.accept()) {
                                    connection
                                            .getOutputStream()
                                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                                    connection.getInputStream().readAllBytes();
                                } catch (IOException e) {
                                    // The client has seen enough.
                                }
                            });
            var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
            assertTrue(e.nextStep().contains("http://"), e.nextStep());
        }
    }

    @Test
    void aFileOfCertificatesThatIsNoneIsSaidByName(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("my certs.pem"), "nothing");
        try (var model =
                model("https://127.0.0.1:1/v1", "k", Map.of("SSL_CERT_FILE", file.toString()))) {
            var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
            assertTrue(e.nextStep().contains("PEM"), e.nextStep());
        }
    }

    private static OpenAiModel model(String url, String key) {
        return model(url, key, Map.of());
    }

    private static OpenAiModel model(String url, String key, Map<String, String> environment) {
        return new OpenAiModel(
                endpoint(url, key), "m", Sampling.DEFAULT, Duration.ofSeconds(20), environment);
    }
}
