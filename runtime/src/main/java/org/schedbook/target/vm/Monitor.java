package org.schedbook.target.vm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * QEMU's control channel, QMP (docs/interop/qmp-spec), used to take the state of a guest out of one
 * QEMU and put it into another. Its sockets are in a directory that only this user can enter, and
 * are gone when it is closed. Its methods wait for QEMU, and fail when it ends.
 */
final class Monitor implements AutoCloseable {

    /** Far more than the devices need: the guest's memory goes another way. */
    private static final int MAX_DEVICES = 16 << 20;

    /** The file that {@link Lockstep} leaves in the directory. */
    static final String REQUEST = "request";

    private static final JsonMapper JSON = new JsonMapper();

    private final Path directory;
    private final ServerSocketChannel server;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final BlockingQueue<Optional<JsonNode>> replies = new LinkedBlockingQueue<>();
    private SocketChannel socket;
    private volatile boolean stopped;

    private Monitor(Path directory) throws IOException {
        this.directory = directory;
        this.server = listen(path("monitor"));
    }

    /** Opens the end that QEMU, started with these {@link #options}, connects to. */
    static Monitor open() throws IOException {
        return new Monitor(Files.createTempDirectory("schedbook"));
    }

    /** Returns a file of its directory. */
    Path path(String name) {
        return directory.resolve(name);
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        return server;
    }

    List<String> options() {
        return List.of(
                "-chardev",
                "socket,id=monitor,path=" + Qemu.escape(path("monitor")),
                "-mon",
                "chardev=monitor,mode=control");
    }

    /**
     * Waits for QEMU to connect.
     *
     * @param limit QEMU is killed if this monitor is not closed by then
     */
    void connect(Qemu qemu, Duration limit) throws IOException {
        done.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(
                        _ -> {
                            qemu.close();
                            return null;
                        });
        socket = accept(server, qemu);
        JsonParser messages = JSON.createParser(Channels.newInputStream(socket));
        JSON.readTree(messages); // the greeting
        Thread.ofPlatform().daemon().name("qemu-monitor").start(() -> listen(messages));
        execute("qmp_capabilities", Map.of());
        // Memory that is a shared file needs no copying: it is in that file already.
        execute(
                "migrate-set-capabilities",
                Map.of(
                        "capabilities",
                        List.of(Map.of("capability", "x-ignore-shared", "state", true))));
    }

    private static SocketChannel accept(ServerSocketChannel server, Qemu qemu) throws IOException {
        try (server) {
            qemu.onExit(
                    () -> {
                        try {
                            server.close(); // ends the waiting
                        } catch (IOException e) {
                            throw new AssertionError("closing a socket does not fail", e);
                        }
                    });
            return server.accept();
        }
    }

    /** Returns what the guest is about: QMP's {@code RunState}. */
    String status() throws IOException {
        return execute("query-status", Map.of()).path("status").asText();
    }

    /** Returns whether the guest has stopped, and not gone on, while QEMU was connected. */
    boolean isStopped() {
        return stopped;
    }

    /** Lets a guest that has stopped itself go on. */
    void resume() throws IOException {
        execute("cont", Map.of());
    }

    /** Stops the guest for good and returns the state of all but its memory. */
    byte[] takeDevices(Qemu qemu) throws IOException {
        byte[] devices;
        try (ServerSocketChannel out = listen(path("out"))) {
            execute("migrate", Map.of("uri", "unix:" + path("out")));
            try (SocketChannel state = accept(out, qemu);
                    InputStream in = Channels.newInputStream(state)) {
                devices = in.readNBytes(MAX_DEVICES);
            }
        }
        String status;
        do {
            status = execute("query-migrate", Map.of()).path("status").asText();
        } while (!status.equals("completed") && !status.equals("failed"));
        if (status.equals("failed") || devices.length == MAX_DEVICES) {
            throw new IOException("QEMU could not save the guest");
        }
        return devices;
    }

    /** Puts the state into a QEMU started with {@code -incoming defer}; the guest then goes on. */
    void putDevices(byte[] devices) throws IOException {
        execute("migrate-incoming", Map.of("uri", "unix:" + path("in")));
        try (var state = SocketChannel.open(UnixDomainSocketAddress.of(path("in")))) {
            for (var bytes = ByteBuffer.wrap(devices); bytes.hasRemaining(); ) {
                state.write(bytes);
            }
        }
    }

    /** Hears replies, and events, in the order in which they come. */
    private void listen(JsonParser messages) {
        try {
            for (JsonNode each; (each = JSON.readTree(messages)) != null; ) {
                switch (each.path("event").asText()) {
                    case "" -> replies.add(Optional.of(each));
                    case "STOP" -> stopped = true;
                    case "RESUME" -> stopped = false;
                    default -> {} // nobody waits for it
                }
            }
        } catch (IOException e) {
            // It was closed, or QEMU was killed.
        }
        replies.add(Optional.empty());
    }

    private synchronized JsonNode execute(String command, Map<String, ?> arguments)
            throws IOException {
        var request = Map.of("execute", command, "arguments", arguments);
        for (var bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(request)); bytes.hasRemaining(); ) {
            socket.write(bytes);
        }
        JsonNode reply = awaitReply().orElseThrow(() -> new EOFException("QEMU ended"));
        if (reply.has("error")) {
            throw new IOException(command + ": " + reply.path("error").path("desc").asText());
        }
        return reply.path("return");
    }

    private Optional<JsonNode> awaitReply() throws IOException {
        try {
            return replies.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            socket.close(); // a reply that nobody takes would answer the next command
            throw new ClosedByInterruptException();
        }
    }

    @Override
    public void close() throws IOException {
        settle();
        if (socket != null) {
            socket.close();
        }
    }

    /** Removes its files and lets QEMU live on. What is connected stays so. */
    void settle() throws IOException {
        done.complete(null);
        server.close();
        for (String name : List.of("monitor", "out", "in", REQUEST)) {
            Files.deleteIfExists(path(name));
        }
        Files.deleteIfExists(directory);
    }
}
