package org.schedbook.compile;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.schedbook.child.WorkerLostException;
import org.schedbook.compile.CompileWorker.Answer;
import org.schedbook.compile.CompileWorker.Compile;
import org.schedbook.compile.CompileWorker.Compiled;
import org.schedbook.compile.CompileWorker.Complete;
import org.schedbook.compile.CompileWorker.Constants;
import org.schedbook.compile.CompileWorker.Explain;
import org.schedbook.compile.CompileWorker.Explanation;
import org.schedbook.compile.CompileWorker.Failed;
import org.schedbook.compile.CompileWorker.FindConstants;
import org.schedbook.compile.CompileWorker.Names;
import org.schedbook.compile.CompileWorker.Question;

/**
 * {@link PolicyCompiler} and {@link PolicyAssistant} in a {@link JavacProcess}. There is one such
 * process, whoever asks.
 */
public final class CompilerProcess implements Compiler {

    private static final Duration ASSIST_LIMIT = Duration.ofSeconds(2);

    private static final JavacProcess<Question, Answer> PROCESS =
            new JavacProcess<>(CompileWorker.class, Answer.class);

    /** Starts the process, if there is none, so that it is warm when it is needed. */
    public static void prepare() {
        PROCESS.prepare();
    }

    /**
     * {@inheritDoc}
     *
     * @throws CompileException also if the compiler takes more than its time or memory for it
     */
    @Override
    public CompiledPolicy compile(PolicySource source)
            throws CompileException, InterruptedException {
        return switch (PROCESS.ask(new Compile(source.name(), source.text(), source.firstLine()))) {
            case Compiled(String mainClass, var classes) ->
                    new CompiledPolicy(source.name(), mainClass, classes, source.hash());
            case Failed(boolean refused, var problems) ->
                    throw refused ? new RefusedException(problems) : new CompileException(problems);
            case Answer other -> throw new IllegalStateException(other.toString());
        };
    }

    /**
     * Returns the constants of a source in their order; of one that cannot be read, those found.
     *
     * @throws CompileException if the source is too long, or takes too much time or memory
     */
    public List<Constant> constants(PolicySource source)
            throws CompileException, InterruptedException {
        PolicyCompiler.checkLength(source);
        return switch (PROCESS.ask(new FindConstants(source.text()))) {
            case Constants(var constants) -> constants;
            case Answer other -> throw new IllegalStateException(other.toString());
        };
    }

    /**
     * Completes the name that ends at a place: {@link PolicyAssistant#complete}; with nothing if
     * that takes long.
     */
    public PolicyAssistant.Completion complete(String source, int at) throws InterruptedException {
        return assist(source, new Complete(source, at)) instanceof Names(var completion)
                ? completion
                : new PolicyAssistant.Completion(at, List.of());
    }

    /** Explains the name at a place: {@link PolicyAssistant#explain}; not if that takes long. */
    public Optional<String> explain(String source, int at) throws InterruptedException {
        return assist(source, new Explain(source, at)) instanceof Explanation(String text)
                ? Optional.ofNullable(text)
                : Optional.empty();
    }

    /** Returns the answer to a question of an editor; null if it is too long in coming. */
    private static Answer assist(String source, Question question) throws InterruptedException {
        if (source.length() > PolicyCompiler.MAX_SOURCE) {
            return null;
        }
        try {
            return PROCESS.ask(question, ASSIST_LIMIT);
        } catch (WorkerLostException e) {
            return null;
        }
    }
}
