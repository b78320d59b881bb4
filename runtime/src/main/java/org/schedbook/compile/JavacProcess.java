package org.schedbook.compile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.schedbook.child.ChildJvm;
import org.schedbook.child.Worker;
import org.schedbook.child.WorkerLostException;
import org.schedbook.policy.Policy;

/**
 * A process in which javac reads what a person or a model wrote: a few lines suffice to keep it
 * busy for hours, or to fill its memory. Only the compiler runs there, never what it compiled.
 *
 * @param <Q> what is asked, a type that CBOR can carry
 * @param <A> what is answered, likewise
 */
public final class JavacProcess<Q, A> {

    private static final int HEAP_MIB = 128;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Those before a source are bounded themselves, and how many there are is no fault of its. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    private final Worker<Q, A> worker;
    private final Duration limit;

    /**
     * @param main answers the questions in {@link org.schedbook.child.WorkerLoop#serve}
     * @param libraries a class of each jar it needs besides those of {@code main} and the policy
     *     API
     */
    public JavacProcess(Class<?> main, Class<A> answers, Class<?>... libraries) {
        this(LIMIT, main, answers, libraries);
    }

    /**
     * @param limit of processor time for a source
     */
    JavacProcess(Duration limit, Class<?> main, Class<A> answers, Class<?>... libraries) {
        this.limit = limit;
        var all = new ArrayList<Class<?>>(List.of(libraries));
        all.add(Policy.class);
        worker =
                new Worker<>(
                        new ChildJvm(
                                main,
                                HEAP_MIB,
                                List.of("-XX:TieredStopAtLevel=1", "-Xmn32m", "-Xss2m"),
                                all),
                        answers);
    }

    /** Starts the process, if there is none, so that it is warm when it is needed. */
    void prepare() {
        worker.prepare();
    }

    /**
     * Asks about a source and waits for the answer, however many are asked about before.
     *
     * @throws CompileException if that takes more time or memory than it may
     * @throws InterruptedException if this thread is interrupted; the process is ended then
     */
    public A ask(Q question) throws CompileException, InterruptedException {
        try {
            return askAgainIfItEnds(question);
        } catch (WorkerLostException e) {
            throw CompileException.tooComplicated(
                    switch (e.lostTo()) {
                        case TIME ->
                                "the compiler was not done after %d s".formatted(limit.toSeconds());
                        case MEMORY ->
                                "it takes the compiler more than %d MiB of memory"
                                        .formatted(HEAP_MIB);
                        case END -> "the compiler's process ended (%s)".formatted(e.getMessage());
                    });
        }
    }

    /** No source can end the process as such, so whatever did is given another chance. */
    private A askAgainIfItEnds(Q question) throws WorkerLostException, InterruptedException {
        try {
            return worker.ask(question, limit, PATIENCE);
        } catch (WorkerLostException e) {
            if (e.lostTo() != WorkerLostException.Cause.END) {
                throw e;
            }
            return worker.ask(question, limit, PATIENCE);
        }
    }

    /** Asks what is of no use if it is long in coming. */
    A ask(Q question, Duration limit) throws WorkerLostException, InterruptedException {
        return worker.ask(question, limit);
    }
}
