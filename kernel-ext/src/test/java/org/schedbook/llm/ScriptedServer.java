package org.schedbook.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server on loopback that answers each request with the next of its replies, byte for byte. */
final class ScriptedServer implements AutoCloseable {

    /**
     * What is sent.
     *
     * @param headers name and value by turns
     */
    record Reply(int status, String type, String body, String... headers) {

        static Reply stream(String body) {
            return new Reply(200, "text/event-stream", body);
        }

        static Reply json(int status, String body) {
            return new Reply(status, "application/json", body);
        }
    }

    /** What came: the headers of one name, and the body. */
    record Asked(
            String host, String path, String query, List<String> authorization, JsonNode body) {}

    final List<Asked> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<Reply> replies;
    private final HttpServer server;

    /** The last reply is given again and again. */
    ScriptedServer(Reply... replies) throws IOException {
        this(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
                replies);
    }

    /** A server with TLS, whose certificate is in a key store. */
    ScriptedServer(Path keys, String password, Reply... replies) throws Exception {
        this(tls(keys, password.toCharArray()), replies);
    }

    private static HttpServer tls(Path keys, char[] password) throws Exception {
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(KeyStore.getInstance(keys.toFile(), password), password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        var server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return server;
    }

    private ScriptedServer(HttpServer server, Reply... replies) {
        this.replies = List.of(replies);
        this.server = server;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            List<String> authorization =
                    exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
            requests.add(
                    new Asked(
                            exchange.getRequestHeaders().getFirst("Host"),
                            exchange.getRequestURI().getPath(),
                            exchange.getRequestURI().getQuery(),
                            List.copyOf(authorization),
                            body.length == 0 ? null : new JsonMapper().readTree(body)));
            Reply reply = replies.get(Math.min(requests.size(), replies.size()) - 1);
            exchange.getResponseHeaders().set("Content-Type", reply.type());
            for (int i = 0; i < reply.headers().length; i += 2) {
                exchange.getResponseHeaders().set(reply.headers()[i], reply.headers()[i + 1]);
            }
            byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
