package org.schedbook.child;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.schedbook.child.WorkerLostException.Cause;

/**
 * A JVM that does work which may take all memory, or never end. It is started ahead, so that nobody
 * waits for it; it is killed when it takes more than it may or when whoever waits is interrupted;
 * and then another one takes its place. It ends with this process, or when closed. Requests of
 * several threads are served in turn.
 *
 * @param <Q> what is asked, a type that CBOR can carry
 * @param <A> what is answered, likewise
 */
public final class Worker<Q, A> implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    private final ChildJvm jvm;
    private final Class<A> answers;
    private final Semaphore turn = new Semaphore(1, true);
    private WorkerProcess process;
    private volatile boolean closed;

    /**
     * @param jvm its main method calls {@link WorkerLoop#serve}
     */
    public Worker(ChildJvm jvm, Class<A> answers) {
        this.jvm =
                new ChildJvm(
                        jvm.main(),
                        jvm.heapMib(),
                        withDefaults(jvm.options()),
                        withOurs(jvm.libraries()));
        this.answers = answers;
    }

    private static List<String> withDefaults(List<String> options) {
        var all = new ArrayList<>(options);
        all.add("-XX:+ExitOnOutOfMemoryError");
        // What the JVM says when it ends is no answer.
        all.add("-XX:+DisplayVMOutputToStderr");
        return all;
    }

    private static List<Class<?>> withOurs(List<Class<?>> libraries) {
        var all = new ArrayList<>(libraries);
        all.add(Worker.class);
        all.add(CBORMapper.class);
        all.add(JsonMapper.class);
        all.add(JsonFactory.class);
        all.add(JsonProperty.class);
        all.add(JavaTimeModule.class);
        return all;
    }

    /** Starts the process in the background, if there is none. */
    public void prepare() {
        Thread.ofPlatform()
                .daemon()
                .name("worker-start")
                .start(
                        () -> {
                            if (turn.tryAcquire()) {
                                try {
                                    running();
                                } catch (IOException e) {
                                    LOG.log(System.Logger.Level.DEBUG, "no worker", e);
                                } finally {
                                    turn.release();
                                }
                            }
                        });
    }

    /** Asks and waits for the answer, and for those before it no longer than it may take itself. */
    public A ask(Q question, Duration limit) throws WorkerLostException, InterruptedException {
        return ask(question, limit, limit);
    }

    /**
     * Asks and waits for the answer.
     *
     * @param limit of processor time for this request
     * @param patience of time for those that it waits for
     * @throws WorkerLostException if there is no answer; the next request finds another process
     * @throws InterruptedException if this thread is interrupted; what was asked is not done any
     *     more
     * @throws IllegalStateException if the worker has a defect
     */
    public A ask(Q question, Duration limit, Duration patience)
            throws WorkerLostException, InterruptedException {
        try {
            byte[] request = Frames.CBOR.writeValueAsBytes(question);
            if (!turn.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new WorkerLostException(Cause.TIME, "it is busy");
            }
            byte[] answer;
            try {
                answer = running().ask(request, limit);
            } finally {
                boolean lost = process != null && !process.isAlive();
                turn.release();
                if (lost && !closed) {
                    prepare();
                }
            }
            return Frames.CBOR.readValue(answer, answers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the process that serves the next request, if it is running already. */
    public Optional<Long> pid() {
        WorkerProcess now = process;
        return now != null && now.isAlive() ? Optional.of(now.pid()) : Optional.empty();
    }

    /** Ends the process once nobody asks it; there will be no other. */
    @Override
    public void close() {
        closed = true;
        turn.acquireUninterruptibly();
        try {
            if (process != null) {
                process.close();
            }
        } finally {
            turn.release();
        }
    }

    /** Returns the process, started if there is none; to be called by whose turn it is. */
    private WorkerProcess running() throws IOException {
        if (closed) {
            throw new IOException("it is closed");
        }
        if (process == null || !process.isAlive()) {
            process = new WorkerProcess(jvm);
        }
        return process;
    }
}
