package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.dflib.jjava.jupyter.channels.JupyterSocket;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.channels.ShellHandler;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.channels.StdinChannel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.messages.ContentType;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.MessageContext;
import org.dflib.jjava.jupyter.messages.MessageType;
import org.dflib.jjava.jupyter.messages.publish.PublishClearOutput;
import org.dflib.jjava.jupyter.messages.publish.PublishDisplayData;
import org.dflib.jjava.jupyter.messages.publish.PublishError;
import org.dflib.jjava.jupyter.messages.publish.PublishStatus;
import org.dflib.jjava.jupyter.messages.publish.PublishUpdateDisplayData;

/**
 * What goes back for one request. JJava's replies to an execute request lack payloads, the values
 * of expressions and the traceback; after an error this one aborts what is queued. Whatever a cell
 * shows comes after what it has written before.
 */
final class CellReply extends ShellReplyEnvironment {

    private static final long QUEUE_GRACE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Displays of a cell that are sent as they come; those after them are sent more slowly. */
    private static final int FAST_DISPLAYS = 1_000;

    private static final int MAX_DISPLAYS = 10_000;

    /** {@code ZMQ.Poller.POLLIN}; the constant's own type is relocated inside JJava's jar. */
    private static final int POLLIN = 1;

    private final SchedbookConnection connection;
    private final ShellChannel channel;
    private final List<Map<String, Object>> payload = new ArrayList<>();
    private final AtomicInteger shown = new AtomicInteger();
    private volatile boolean full;
    private boolean failed;
    private boolean silent;
    private boolean busy;
    private CellOutput output;

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

    /**
     * Makes this the reply to a cell.
     *
     * @param silent whether nothing that the cell shows is sent
     */
    void ofCell(CellOutput cellOutput, boolean silent) {
        output = cellOutput;
        this.silent = silent;
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
        return failed;
    }

    @Override
    public void setBusyDeferIdle() {
        setStatusBusy();
        busy = true;
    }

    /** Replies are sent when a request has been handled, so none needs JJava's mode for it. */
    @Override
    public ShellReplyEnvironment defer() {
        return this;
    }

    @Override
    public void reply(Message<?> message) {
        defer(() -> super.reply(message));
    }

    /**
     * Sends the reply, and that the kernel is idle: behind the reply to a cell, before any other. A
     * client that has a reply then finds nothing of that request on iopub when it listens for the
     * next.
     */
    @Override
    public void resolveDeferrals() {
        if (output == null) {
            idle();
        }
        super.resolveDeferrals();
        idle();
    }

    private void idle() {
        if (busy) {
            busy = false;
            setStatusIdle();
        }
    }

    @Override
    public <T extends ContentType<T>> void publish(T content) {
        if (content instanceof PublishStatus) {
            super.publish(content);
            return;
        }
        if (output != null) {
            if (content instanceof PublishClearOutput clear) {
                output.clear(clear);
                return;
            }
            output.flush();
            if (!mayShow(content)) {
                return;
            }
        }
        send(content);
    }

    /** Bounds what a loop of displays does to the notebook, and to what takes its messages. */
    private boolean mayShow(ContentType<?> content) {
        CellExecution.checkAbandoned();
        if (!(content instanceof PublishDisplayData
                || content instanceof PublishUpdateDisplayData)) {
            return true;
        }
        if (shown.incrementAndGet() > FAST_DISPLAYS && CellExecution.inCell()) {
            LockSupport.parkNanos(1_000_000);
        }
        if (content instanceof PublishUpdateDisplayData || shown.get() <= MAX_DISPLAYS) {
            return true;
        }
        if (!full) {
            full = true;
            send(
                    new PublishDisplayData(
                            new DisplayData(
                                    "A cell shows at most %,d displays; the others are left out."
                                            .formatted(MAX_DISPLAYS))));
        }
        return false;
    }

    /** Sends what a cell shows; any thread may do so. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    void send(ContentType content) {
        if (!silent) {
            getIopub().sendMessage(new Message(getContext(), content.getType(), content));
        }
    }

    /** What a program asks the person for comes after what it has written. */
    @Override
    public String readFromStdIn(String prompt, boolean isPassword) {
        if (output != null) {
            output.flush();
        }
        return super.readFromStdIn(prompt, isPassword);
    }

    /** Answers that a cell has run, when all it has shown is sent. */
    void done(int executionCount, Map<String, Object> userExpressions) {
        replyDone(
                Map.of(
                        "status",
                        "ok",
                        "execution_count",
                        executionCount,
                        "user_expressions",
                        userExpressions,
                        "payload",
                        payload()));
    }

    /**
     * Shows how a cell has failed, and answers that it has.
     *
     * @param marks places for an editor to mark; beside the error, as notebooks keep nothing in it
     */
    @SuppressWarnings({"rawtypes", "unchecked"})
    void failed(
            int executionCount,
            String named,
            String said,
            List<String> trace,
            List<CellError.Mark> marks) {
        failed = true;
        String name = Plain.of(named);
        String message = Plain.of(said);
        output.flush();
        if (!silent) {
            getIopub()
                    .sendMessage(
                            new Message(
                                    getContext(),
                                    PublishError.MESSAGE_TYPE,
                                    new PublishError(name, message, trace),
                                    null, // with a list of none, JJava leaves the message open
                                    Map.of("schedbook", Map.of("marks", marks))));
        }
        replyDone(
                Map.of(
                        "status", "error",
                        "execution_count", executionCount,
                        "ename", name,
                        "evalue", message,
                        "traceback", trace));
    }

    private void replyDone(Map<String, Object> content) {
        output.finish();
        reply(message(getContext(), content));
    }

    private synchronized List<Map<String, Object>> payload() {
        return List.copyOf(payload);
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
        queued.forEach(request -> answer(request, true));
    }

    /**
     * Handles what is queued behind this request before it is answered. A client asks a kernel that
     * starts again and again, takes the first answer, and would find the others among its cells'.
     */
    void handleQueued() {
        while ((channel.getEvents() & POLLIN) != 0) {
            answer(channel.readMessage(), false);
        }
    }

    private void answer(Message<?> request, boolean abort) {
        MessageType<?> type = request.getHeader().getType();
        ShellReplyEnvironment env = connection.prepareReplyEnv(channel, request);
        if (abort && type == MessageType.EXECUTE_REQUEST) {
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
