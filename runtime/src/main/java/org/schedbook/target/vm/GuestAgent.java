package org.schedbook.target.vm;

import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.posix.Posix;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.host.HostTarget;
import org.schedbook.target.vm.Message.Reply;
import org.schedbook.target.vm.Message.Request;

/**
 * The guest's side of a {@link VmTarget}: does on the guest's own kernel, its {@link HostTarget},
 * what the notebook asks for.
 */
public final class GuestAgent {

    private final Target target = new HostTarget(OomScore::start);
    private final MessageChannel channel;
    private final ExecutorService requests = Executors.newSingleThreadExecutor();
    private final ExecutorService commands = Executors.newCachedThreadPool();
    private final Map<Long, Thread> running = new ConcurrentHashMap<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final Optional<LockstepDevices> lockstep;
    private Attachment attachment;

    /**
     * Serves until the notebook goes away.
     *
     * @param args the virtio-serial port, a file in {@code /dev}
     */
    public static void main(String[] args) throws IOException {
        OomScore.protect();
        try (var port = new RandomAccessFile(args[0], "rw")) {
            // The port can be opened only once (drivers/char/virtio_console.c), so both streams
            // share its descriptor. A FileChannel would not do: its reads lock out its writes.
            var channel =
                    new MessageChannel(
                            new FileInputStream(port.getFD()), new FileOutputStream(port.getFD()));
            new GuestAgent(channel).serve();
        } catch (EOFException e) {
            // The notebook has gone, and the guest goes too.
        }
        System.exit(0);
    }

    private GuestAgent(MessageChannel channel) throws IOException {
        this.channel = channel;
        this.lockstep = LockstepDevices.find();
    }

    private void serve() throws IOException {
        while (true) {
            accept(channel.receive());
        }
    }

    private void accept(Message message) throws IOException {
        if (message instanceof Request) {
            unanswered.incrementAndGet();
        }
        switch (message) {
            case Message.Run run -> commands.execute(() -> answerRun(run));
            case Message.Cancel cancel -> {
                Thread thread = running.get(cancel.run());
                if (thread != null) {
                    thread.interrupt();
                }
            }
            // Never waits for what is being done, so that it tells a busy guest from a dead one.
            case Message.Greet greet -> tell(answer(greet));
            case Request request -> requests.execute(() -> tell(answer(request)));
            case Message other -> throw new IOException("the notebook may not send " + other);
        }
    }

    private void tell(Message message) {
        try {
            channel.send(message);
            if (message instanceof Reply && unanswered.decrementAndGet() == 0) {
                awaitRequest();
            }
        } catch (IOException e) {
            // The notebook has gone; serve() notices too and ends the guest.
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a thread that has answered", e);
        }
    }

    /** Has the machine stand still until there is something to do, if it can. */
    private synchronized void awaitRequest() throws IOException, InterruptedException {
        while (lockstep.isPresent() && unanswered.get() == 0) {
            Optional<Message> next = lockstep.get().pause();
            if (next.isPresent()) {
                accept(next.get());
            }
        }
    }

    private void answerRun(Message.Run run) {
        running.put(run.id(), Thread.currentThread());
        Reply reply;
        try {
            reply = answer(run);
        } finally {
            running.remove(run.id());
        }
        Thread.interrupted(); // a Cancel that came too late
        tell(reply);
    }

    private Reply answer(Request request) {
        long id = request.id();
        try {
            return switch (request) {
                case Message.Greet greet -> {
                    setClock(greet.nowMillis());
                    yield new Message.Hello(id, Message.PROTOCOL, target.machine());
                }
                case Message.Prepare _ -> {
                    HostTarget.prepare();
                    yield new Message.Prepared(id);
                }
                case Message.Attach attach -> {
                    attachment = target.attach(policy(attach), options(attach));
                    yield new Message.Attached(id);
                }
                case Message.AttachKernel attach -> {
                    attachment = target.attach(policy(attach), options(attach));
                    yield new Message.Attached(id);
                }
                case Message.Detach _ -> new Message.Detached(id, attached().detach());
                case Message.GetStatus _ -> new Message.StatusIs(id, attached().status());
                case Message.GetActivity _ ->
                        new Message.ActivityIs(id, attached().activity().orElseThrow());
                case Message.GetState _ -> new Message.StateIs(id, target.state());
                case Message.Run run ->
                        new Message.Ran(
                                id,
                                run(
                                        run,
                                        run.stream()
                                                ? text -> tell(new Message.Wrote(id, text))
                                                : _ -> {}));
            };
        } catch (TargetException e) {
            return new Message.Failed(
                    id, e.getMessage(), e.nextStep(), e.detail(), isSpent(request));
        } catch (InterruptedException e) {
            return new Message.Failed(id, "The command was interrupted.", "", "", false);
        } catch (RuntimeException | LinkageError e) {
            return new Message.Failed(
                    id,
                    "The guest's agent failed: " + e,
                    "Run the cell again; if it fails again, this is a fault of Schedbook's own.",
                    stackTrace(e),
                    false);
        }
    }

    private CommandResult run(Message.Run run, Consumer<String> sink)
            throws TargetException, InterruptedException {
        Duration limit = Duration.ofMillis(run.limitMillis());
        return run.leave()
                ? target.runAndLeave(run.command(), limit, sink)
                : target.run(run.command(), limit, sink);
    }

    /** A guest that was saved goes on with the time at which it was saved. */
    private static void setClock(Long nowMillis) {
        if (nowMillis != null && Posix.get().clock_settime(nowMillis) != 0) {
            System.err.println(
                    "the clock cannot be set: " + Posix.get().strerror(Posix.get().errno()));
        }
    }

    /** A thread that is still in a call of a policy disturbs whatever is measured here next. */
    private static boolean isSpent(Request request) {
        return (request instanceof Message.Attach || request instanceof Message.AttachKernel)
                && HostTarget.hasLostThread();
    }

    private Attachment attached() throws TargetException {
        if (attachment == null) {
            throw new TargetException(
                    "No policy has been attached to this guest.", "Attach one with %attach.", "");
        }
        return attachment;
    }

    private static CompiledPolicy policy(Message.Attach attach) {
        return new CompiledPolicy(
                attach.name(), attach.mainClass(), attach.classes(), attach.sourceHash());
    }

    private static KernelPolicy policy(Message.AttachKernel attach) {
        return new KernelPolicy(
                new CompiledPolicy(
                        attach.name(), attach.mainClass(), attach.classes(), attach.sourceHash()),
                attach.object(),
                attach.layout(),
                "",
                List.of(),
                false);
    }

    private static AttachOptions options(Message.AttachKernel attach) {
        return new AttachOptions(attach.partial(), Optional.ofNullable(attach.builtinIdle()));
    }

    private static AttachOptions options(Message.Attach attach) {
        return new AttachOptions(attach.partial(), Optional.ofNullable(attach.builtinIdle()));
    }

    private static String stackTrace(Throwable e) {
        var text = new StringBuilder(e.toString());
        for (StackTraceElement frame : e.getStackTrace()) {
            text.append("\n    at ").append(frame);
        }
        return text.toString();
    }
}
