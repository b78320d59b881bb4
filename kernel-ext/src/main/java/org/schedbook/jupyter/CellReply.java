package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.dflib.jjava.jupyter.channels.JupyterSocket;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.channels.ShellHandler;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.channels.StdinChannel;
import org.dflib.jjava.jupyter.messages.ContentType;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.MessageContext;
import org.dflib.jjava.jupyter.messages.MessageType;
import org.dflib.jjava.jupyter.messages.publish.PublishError;
import org.dflib.jjava.jupyter.messages.reply.ErrorReply;
import org.dflib.jjava.jupyter.messages.reply.ExecuteReply;

/**
 * What goes back for one request. To JJava's execute reply it adds payloads, to its error reply the
 * formatted traceback that the error message on iopub has, and after an error it aborts what is
 * queued.
 */
final class CellReply extends ShellReplyEnvironment {

    private static final long QUEUE_GRACE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** {@code ZMQ.Poller.POLLIN}; the constant's own type is relocated inside JJava's jar. */
    private static final int POLLIN = 1;

    private final SchedbookConnection connection;
    private final ShellChannel channel;
    private final List<Map<String, Object>> payload = new ArrayList<>();
    private PublishError error;
    private int executionCount;

    CellReply(
            SchedbookConnection connection,
            ShellChannel channel,
            StdinChannel stdin,
            JupyterSocket iopub,
            MessageContext request) {
        super(channel, stdin, iopub, request);
        this.connection = connection;
        this.channel = channel;
    }

    void executionCount(int count) {
        executionCount = count;
    }

    /** Offers the next cell; the last offer of a cell wins. */
    synchronized void setNextInput(String source) {
        payload.removeIf(each -> each.get("source").equals("set_next_input"));
        payload.add(Map.of("source", "set_next_input", "text", source, "replace", false));
    }

    /** Shows text in the front end's pager, outside the notebook. */
    synchronized void page(String text) {
        payload.add(Map.of("source", "page", "data", Map.of("text/plain", text), "start", 0));
    }

    boolean failed() {
        return error != null;
    }

    @Override
    public <T extends ContentType<T>> void publish(T content) {
        if (content instanceof PublishError published) {
            error = published;
        }
        super.publish(content);
    }

    @Override
    public <T extends ContentType<T>> void reply(T content) {
        if (content instanceof ExecuteReply) {
            reply(
                    executeReply(
                            Map.of(
                                    "status",
                                    "ok",
                                    "execution_count",
                                    executionCount,
                                    "user_expressions",
                                    Map.of(),
                                    "payload",
                                    payload())));
        } else {
            super.reply(content);
        }
    }

    private synchronized List<Map<String, Object>> payload() {
        return List.copyOf(payload);
    }

    @Override
    public void replyError(MessageType<?> type, ErrorReply reply) {
        if (error == null) {
            super.replyError(type, reply);
            return;
        }
        reply(
                executeReply(
                        Map.of(
                                "status", "error",
                                "execution_count", executionCount,
                                "ename", error.getErrorName(),
                                "evalue", error.getErrorMessage(),
                                "traceback", error.getStacktrace())));
    }

    private Message<?> executeReply(Map<String, Object> content) {
        return message(getContext(), content);
    }

    /** JJava's reply lacks the status that the protocol asks for. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    void replyHistory(List<List<Object>> cells) {
        reply(
                new Message(
                        getContext(),
                        MessageType.HISTORY_REPLY,
                        Map.of("status", "ok", "history", cells)));
    }

    /** The protocol's content as a map: JJava's own types have no room for all of its fields. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    private static Message<?> message(MessageContext request, Map<String, Object> content) {
        return new Message(request, MessageType.EXECUTE_REPLY, content);
    }

    /**
     * Sends the error reply and answers {@code aborted} to each execute request that was sent
     * before it: a front end that runs all cells sends them all at once. Other requests among them
     * are answered as ever. A client that waits for its reply has sent nothing yet, so the moment
     * given to a burst still on its way cannot abort a cell that was run knowing of the error.
     */
    void abortQueued() {
        var queued = new ArrayList<Message<?>>();
        long deadline = System.nanoTime() + QUEUE_GRACE_NS;
        do {
            while ((channel.getEvents() & POLLIN) != 0) {
                queued.add(channel.readMessage());
                deadline = System.nanoTime() + QUEUE_GRACE_NS;
            }
            LockSupport.parkNanos(1_000_000);
        } while (System.nanoTime() < deadline);
        resolveDeferrals();
        queued.forEach(this::answer);
    }

    private void answer(Message<?> request) {
        MessageType<?> type = request.getHeader().getType();
        ShellReplyEnvironment env = connection.prepareReplyEnv(channel, request);
        if (type == MessageType.EXECUTE_REQUEST) {
            env.setBusyDeferIdle();
            env.reply(message(request, Map.of("status", "aborted")));
        } else {
            handle(type, env, request);
        }
        env.resolveDeferrals();
        if (env.isMarkedForShutdown()) {
            markForShutdown();
        }
    }

    @SuppressWarnings("unchecked")
    private <T> void handle(MessageType<T> type, ShellReplyEnvironment env, Message<?> request) {
        ShellHandler<T> handler = connection.getHandler(type);
        if (handler != null) {
            handler.handle(env, (Message<T>) request);
        }
    }
}
