package org.schedbook.target.vm;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.Message.Reply;
import org.schedbook.target.vm.Message.Request;

/**
 * What is asked of a guest, and what it answers. A guest may hang, end, or be hostile: each wait is
 * bounded, and a guest that answers nonsense is stopped.
 */
final class GuestDialogue {

    /** How long a guest may leave unread what it is sent. */
    private static final Duration SEND_LIMIT = Duration.ofSeconds(20);

    /** How often a guest that is waited for is asked for a sign of life. */
    private static final Duration PULSE = Duration.ofSeconds(1);

    /** A guest that does not give one so many times in a row has hung. */
    private static final int PULSES_MISSED = 15;

    /** What a guest may send in a row that answers nothing: the rest of a command's output. */
    private static final int MAX_UNASKED = 10_000;

    private final Qemu qemu;
    private final MessageChannel channel;
    private final Executor sender;
    private final Optional<Lockstep> lockstep;
    private final Map<Long, Question> pending = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong();
    private volatile boolean up;
    private volatile long nrHeard;
    private volatile Exception broken; // why no more is received
    private int nrUnasked; // of the thread that receives

    /** What is waited for: an answer, and until then a command's output. */
    private static final class Question {

        /** The agent keeps a quarter of it of each of a command's two outputs. */
        private static final int MAX_OUTPUT = 4 << 20;

        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private final Consumer<String> sink;
        private int written;
        private int nrParts;

        Question(Consumer<String> sink) {
            this.sink = sink;
        }

        void wrote(String text) throws DamagedMessageException {
            written += text.length(); // a message is far shorter than what would overflow
            nrParts++;
            if (written > MAX_OUTPUT || nrParts > MAX_OUTPUT) {
                throw new DamagedMessageException("it sends more than a command may write");
            }
            sink.accept(text);
        }
    }

    GuestDialogue(Qemu qemu) {
        this.qemu = qemu;
        this.lockstep = qemu.lockstep();
        this.channel = new MessageChannel(qemu.fromGuest(), qemu.toGuest());
        this.sender = sender();
        Thread.ofPlatform().daemon().name("guest-messages").start(this::receive);
    }

    /** From now on the guest gives signs of life when it is asked for them. */
    void up() {
        up = true;
    }

    /** Sends something whose answer nobody waits for. */
    void post(LongFunction<Request> question) {
        sender.execute(sending(question.apply(nextId.incrementAndGet())));
    }

    /** Asks something of which no output is expected. */
    <R extends Reply> R ask(
            Class<R> type, LongFunction<Request> question, Duration limit, String what)
            throws TargetException, InterruptedException {
        return ask(type, question, limit, what, _ -> {});
    }

    /**
     * Asks something and waits for the answer.
     *
     * @param limit how long that may take
     * @param what the guest is to do, for whoever reads that it did not
     * @param sink takes what a command writes meanwhile
     * @throws TargetException if the guest cannot, answers something else, or is no more; after the
     *     latter two it is stopped
     */
    <R extends Reply> R ask(
            Class<R> type,
            LongFunction<Request> question,
            Duration limit,
            String what,
            Consumer<String> sink)
            throws TargetException, InterruptedException {
        long id = nextId.incrementAndGet();
        Request request = question.apply(id);
        var waiting = new Question(sink);
        pending.put(id, waiting);
        try {
            put(request, what);
            Reply answer = await(waiting.reply, limit, what);
            if (answer instanceof Message.Failed failed) {
                if (failed.spent()) {
                    qemu.close();
                }
                throw new TargetException(failed.message(), failed.nextStep(), failed.detail());
            }
            if (!type.isInstance(answer)) {
                qemu.close();
                throw gone(
                        what,
                        new DamagedMessageException(
                                "it answered with a " + answer.getClass().getSimpleName()));
            }
            return type.cast(answer);
        } catch (InterruptedException e) {
            sender.execute(sending(new Message.Cancel(id))); // whoever interrupts need not wait
            throw e;
        } finally {
            pending.remove(id);
        }
    }

    /** Sends a request in step with the guest, unless the guest has others to answer anyway. */
    private void put(Request request, String what) throws TargetException, InterruptedException {
        if (lockstep.isEmpty() || pending.size() > 1) {
            send(request, what);
            return;
        }
        try {
            lockstep.get().send(channel, request);
        } catch (IOException e) {
            throw gone(what, e);
        }
    }

    /** A guest that does not read what it is sent would keep this thread for ever. */
    private void send(Message message, String what) throws TargetException, InterruptedException {
        FutureTask<Void> sending = sending(message);
        sender.execute(sending);
        try {
            sending.get(SEND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw gone(what, e.getCause());
        } catch (TimeoutException e) {
            throw stopped(
                    "did not read for %d s that it was to %s"
                            .formatted(SEND_LIMIT.toSeconds(), what));
        }
    }

    private FutureTask<Void> sending(Message message) {
        return new FutureTask<>(
                () -> {
                    channel.send(message);
                    return null;
                });
    }

    private <T> T await(CompletableFuture<T> future, Duration limit, String what)
            throws TargetException, InterruptedException {
        long started = System.nanoTime();
        long heard = nrHeard;
        int missed = 0;
        while (true) {
            try {
                return future.get(PULSE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw gone(what, e.getCause());
            } catch (TimeoutException e) {
                // Seconds are counted here one by one: a machine that was suspended, and this Java
                // with it, does not take its guest for dead.
                missed = nrHeard == heard ? missed + 1 : 0;
                heard = nrHeard;
            }
            if (System.nanoTime() - started > limit.toNanos()) {
                throw stopped("took longer than %d s to %s".formatted(limit.toSeconds(), what));
            }
            if (!up) {
                continue; // it is booting, and nobody there answers yet
            }
            if (missed > PULSES_MISSED && lockstep.isEmpty()) {
                throw stopped("has hung: it gave no sign of life for %d s".formatted(missed));
            }
            if (lockstep.isEmpty()) {
                send(new Message.Greet(nextId.incrementAndGet(), null), what);
            } else {
                wake(what);
            }
        }
    }

    /** A guest in step is not asked for a sign of life, which would show in its figures. */
    private void wake(String what) throws TargetException {
        try {
            lockstep.get().wake();
        } catch (IOException e) {
            throw gone(what, e);
        }
    }

    private TargetException stopped(String why) {
        qemu.close();
        return lost("%s and was stopped".formatted(why), qemu.console());
    }

    /** A guest that is no more. */
    private static TargetException lost(String how, String console) {
        LastWords words = LastWords.of(console);
        return new TargetException(
                "The guest %s%s.".formatted(how, words.why()), words.nextStep(), console);
    }

    /** Says why a guest that was to do something is no more. */
    TargetException gone(String what, Throwable e) {
        // Who sends while the guest is being stopped finds only that it cannot.
        Throwable cause = broken instanceof DamagedMessageException ? broken : e;
        if (cause instanceof DamagedMessageException) {
            qemu.close(); // whoever received it is about to
            return new TargetException(
                    "The guest answered nonsense when it was to %s, and was stopped."
                            .formatted(what),
                    "Run the cell again: it starts a new guest.",
                    cause.getMessage());
        }
        String reason = qemu.ending();
        if (!(cause instanceof EOFException)) {
            reason += "\n" + cause.getMessage();
        }
        return lost("ended before it could " + what, qemu.console() + "\n" + reason);
    }

    /**
     * One thread, so that messages arrive in order; it ends when there has been none for a while.
     */
    private static Executor sender() {
        var executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        1,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("guest-sender").factory());
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // of nrHeard, by this thread alone
    private void receive() {
        try {
            while (true) {
                Message message = channel.receive();
                nrHeard++;
                switch (message) {
                    case Reply reply -> {
                        Question waiting = pending.remove(reply.id());
                        if (waiting != null) {
                            nrUnasked = 0;
                            waiting.reply.complete(reply);
                        } else {
                            unasked();
                        }
                    }
                    case Message.Wrote wrote -> {
                        Question waiting = pending.get(wrote.run());
                        if (waiting != null) {
                            waiting.wrote(wrote.text());
                        } else {
                            unasked();
                        }
                    }
                    case Message other ->
                            throw new DamagedMessageException(
                                    "it sends a " + other.getClass().getSimpleName());
                }
            }
        } catch (IOException | RuntimeException e) {
            // Nothing after a broken message can be trusted, so the guest is of no use any more.
            broken = e;
            if (e instanceof EOFException) {
                qemu.ending(); // as it does by itself, so that its status says why
            }
            qemu.close();
            pending.values().forEach(waiting -> waiting.reply.completeExceptionally(e));
        }
    }

    /** Answers to what was given up come late, and then no more. */
    private void unasked() throws DamagedMessageException {
        if (++nrUnasked > MAX_UNASKED) {
            throw new DamagedMessageException("it sends what nobody asked for");
        }
    }
}
