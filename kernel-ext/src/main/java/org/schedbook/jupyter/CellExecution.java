package org.schedbook.jupyter;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl.ResolutionException;
import jdk.jshell.spi.ExecutionControl.RunException;
import jdk.jshell.spi.ExecutionControl.UserException;
import jdk.jshell.spi.SPIResolutionException;
import org.dflib.jjava.jupyter.telemetry.TelemetryCollector;

/**
 * Runs the snippets of cells, in this process. JShell knows values and exceptions as text only;
 * what they are is kept here until it is asked for.
 *
 * <p>A snippet that is interrupted is left behind on its thread, as nothing ends a thread that does
 * not want to end; but the next it writes ends it, see {@link #checkAbandoned}.
 */
final class CellExecution extends DirectExecutionControl {

    /** The class name of an interrupt among those of exceptions; no class can be called so. */
    static final String INTERRUPTED = "Interrupted Cell";

    private static final int MAX_CAUSES = 20;

    private static final int MAX_SUPPRESSED = 20;

    private static final int MAX_MESSAGE = 20_000;

    private final SnippetLoader loader;
    private final AtomicLong keys = new AtomicLong();
    private final Map<String, Object> values = new ConcurrentHashMap<>();
    private final Set<Run> running = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<TelemetryCollector<Object>> telemetry = new ThreadLocal<>();
    private volatile Failed failed;

    private static final Object NULL = new Object();

    CellExecution(SnippetLoader loader) {
        super(loader);
        this.loader = loader;
    }

    /** Returns what {@code %classpath} and {@code %maven} have added. */
    List<String> classPath() {
        return Stream.of(loader.getURLs()).map(url -> Path.of(url.getPath()).toString()).toList();
    }

    /** A thread for a snippet, or for a parallel stream in one. */
    private static final class CellThread extends ForkJoinWorkerThread {

        private final Run run;

        CellThread(ForkJoinPool pool, Run run, ClassLoader loader) {
            super(pool);
            this.run = run;
            setName("cell");
            setContextClassLoader(loader);
        }
    }

    /** Thrown in a snippet that was interrupted when it shows that it has gone on. */
    private static final class Abandoned extends Error {

        private static final long serialVersionUID = 1L;

        Abandoned() {
            super("The cell was interrupted.", null, false, false);
        }
    }

    /**
     * A snippet that runs, or what else is code of a cell's. It has a pool of its own, which is
     * where Java runs the parallel streams that start in it: an interrupt is one of theirs, too.
     */
    private static final class Run extends FutureTask<Object> {

        private final ForkJoinPool threads;

        Run(Callable<Object> work, ClassLoader loader) {
            super(work);
            threads =
                    new ForkJoinPool(
                            Runtime.getRuntime().availableProcessors(),
                            pool -> new CellThread(pool, this, loader),
                            null,
                            false);
        }

        Object result() throws InterruptedException, ExecutionException {
            threads.execute(this);
            try {
                return get();
            } finally {
                threads.shutdown();
            }
        }

        void interrupt() {
            cancel(true);
            threads.shutdownNow();
        }
    }

    /** What a snippet has thrown, and what that says. */
    static final class Failed extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Throwable thrown;
        private final RunException said;
        private final transient List<RunException> suppressed;

        private Failed(Throwable thrown) {
            super(null, null, false, false);
            this.thrown = thrown;
            said = said(thrown, MAX_CAUSES);
            suppressed =
                    Stream.of(thrown.getSuppressed())
                            .limit(MAX_SUPPRESSED)
                            .map(each -> said(each, 0))
                            .toList();
        }

        Throwable thrown() {
            return thrown;
        }

        /** Returns what else went wrong, such as closing a file, which JShell passes over. */
        Stream<UserException> suppressed() {
            return suppressed.stream()
                    .filter(UserException.class::isInstance)
                    .map(UserException.class::cast);
        }

        /** Exceptions have methods, too, which may throw, or give another cause each time. */
        private static RunException said(Throwable thrown, int causes) {
            try {
                if (thrown instanceof SPIResolutionException unresolved) {
                    return new ResolutionException(unresolved.id(), thrown.getStackTrace());
                }
                var said =
                        new UserException(
                                CellOutput.bounded(thrown.getMessage(), MAX_MESSAGE),
                                thrown.getClass().getName(),
                                thrown.getStackTrace());
                Throwable cause = causes == 0 ? null : thrown.getCause();
                said.initCause(cause == null ? null : said(cause, causes - 1));
                return said;
            } catch (Throwable e) {
                return new UserException(
                        "it does not say, as asking it ended with " + e.getClass().getName(),
                        thrown.getClass().getName(),
                        new StackTraceElement[0]);
            }
        }
    }

    /** Runs a snippet to its end, and hears what it has thrown: all that can be interrupted. */
    private static Object call(Method snippet) throws ReflectiveOperationException, Failed {
        try {
            return snippet.invoke(null);
        } catch (InvocationTargetException e) {
            throw new Failed(e.getCause());
        }
    }

    /** Returns whether this is a thread for snippets. */
    static boolean inCell() {
        return Thread.currentThread() instanceof CellThread;
    }

    /** Ends the snippet that runs on this thread if it was interrupted. */
    static void checkAbandoned() {
        if (Thread.currentThread() instanceof CellThread cell && cell.run.isCancelled()) {
            throw new Abandoned();
        }
    }

    SnippetLoader loader() {
        return loader;
    }

    void collect(TelemetryCollector<Object> collector) {
        telemetry.set(collector);
    }

    TelemetryCollector<Object> collector() {
        TelemetryCollector<Object> collector = telemetry.get();
        return collector == null ? TelemetryCollector.DO_NOTHING : collector;
    }

    /** Runs a snippet and returns the key of its value, which JShell takes for the value. */
    @Override
    protected String invoke(Method snippet) throws Exception {
        TelemetryCollector<Object> collector = collector();
        Object measurement = collector.measurementStart();
        try {
            // A magic that evaluates source does so within the snippet that called it.
            Object value = onThread(() -> call(snippet));
            String key = "value " + keys.incrementAndGet();
            values.put(key, value == null ? NULL : value);
            return key;
        } catch (Failed e) {
            failed = e;
            throw e.said;
        } finally {
            collector.measurementEnd(measurement);
        }
    }

    /**
     * Runs what may be code of a cell's, as an object's {@code toString} is, so that it can be
     * interrupted.
     *
     * @throws UserException of the class {@link #INTERRUPTED} if it was
     */
    Object onThread(Callable<Object> work) throws Exception {
        if (inCell()) {
            return work.call();
        }
        var run = new Run(work, loader);
        running.add(run);
        try {
            return run.result();
        } catch (CancellationException e) {
            throw new UserException("The cell was interrupted.", INTERRUPTED, e.getStackTrace());
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            running.remove(run);
        }
    }

    /** Returns how many snippets have run to their end. */
    long completed() {
        return keys.get();
    }

    /** Returns the value that a key stands for. */
    Object value(String key) {
        Object value = key == null ? null : values.get(key);
        return value == NULL ? null : value;
    }

    /** Forgets the values of snippets that have run, when they have been taken. */
    void forget() {
        values.clear();
    }

    /** Returns how the last snippet failed that did, once. */
    Optional<Failed> takeFailed() {
        Optional<Failed> last = Optional.ofNullable(failed);
        failed = null;
        return last;
    }

    void interrupt() {
        running.forEach(Run::interrupt);
    }

    @Override
    public void stop() {
        interrupt();
    }

    @Override
    public void close() {
        interrupt();
        super.close();
    }
}
