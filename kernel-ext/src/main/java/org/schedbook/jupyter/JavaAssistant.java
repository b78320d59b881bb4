package org.schedbook.jupyter;

import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.jshell.ImportSnippet;
import jdk.jshell.JShell;
import jdk.jshell.MethodSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.VarSnippet;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.schedbook.child.ChildJvm;
import org.schedbook.child.Worker;
import org.schedbook.child.WorkerLostException;
import org.schedbook.jupyter.JavaWorker.Answer;
import org.schedbook.jupyter.JavaWorker.Complete;
import org.schedbook.jupyter.JavaWorker.Explain;
import org.schedbook.jupyter.JavaWorker.Explanation;
import org.schedbook.jupyter.JavaWorker.Judge;
import org.schedbook.jupyter.JavaWorker.Judgement;
import org.schedbook.jupyter.JavaWorker.Learn;
import org.schedbook.jupyter.JavaWorker.Names;
import org.schedbook.jupyter.JavaWorker.Question;

/**
 * Completes, explains and judges the Java of cells in a process of its own. A few lines, which
 * somebody else may have written, suffice to keep javac busy for hours or to fill its memory, and
 * Tab is not to run them.
 */
final class JavaAssistant {

    private static final int HEAP_MIB = 256;

    /** For the start of the process and all that the notebook has declared. */
    private static final Duration LEARN_LIMIT = Duration.ofSeconds(10);

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private static final int MAX_CODE = 65_536;

    private final Worker<Question, Answer> worker =
            new Worker<>(
                    new ChildJvm(
                            JavaWorker.class,
                            HEAP_MIB,
                            List.of("-XX:TieredStopAtLevel=1", "-Xss2m"),
                            List.of()),
                    Answer.class);

    private final JShell shell;
    private final List<String> options;
    private final CellExecution execution;

    /** What the process knows that had this number. */
    private Learn learnt;

    private Optional<Long> learntBy = Optional.empty();

    JavaAssistant(JShell shell, List<String> options, CellExecution execution) {
        this.shell = shell;
        this.options = options;
        this.execution = execution;
    }

    /** Completes the name that ends at a place; with nothing if that takes long. */
    ReplacementOptions complete(String code, int at) {
        return ask(code, new Complete(code, at)) instanceof Names(List<String> names, int start)
                ? new ReplacementOptions(names, start, at)
                : new ReplacementOptions(List.of(), at, at);
    }

    /** Explains the name at a place, or the call whose name it is; not if that takes long. */
    DisplayData inspect(String code, int at, boolean more) {
        int end = at;
        while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
            end++;
        }
        int bracket = end;
        while (bracket < code.length() && CellLexer.isBlank(code.charAt(bracket))) {
            bracket++;
        }
        if (bracket < code.length() && code.charAt(bracket) == '(') {
            end = bracket + 1;
        }
        if (!(ask(code, new Explain(code, end, more))
                        instanceof Explanation(String text, String html))
                || text.isEmpty()) {
            return null;
        }
        var data = new DisplayData(text);
        data.putHTML(html);
        return data;
    }

    /**
     * Returns whether code is complete, as {@code BaseKernel.isComplete} does; not if that takes
     * long.
     */
    String isComplete(String code) {
        return ask(code, new Judge(code)) instanceof Judgement(String status)
                ? status
                : BaseKernel.IS_COMPLETE_MAYBE;
    }

    /** Returns the answer to a question of an editor; null if it is too long in coming. */
    private synchronized Answer ask(String code, Question question) {
        if (code.length() > MAX_CODE) {
            return null;
        }
        try {
            Learn all = new Learn(options, classPath(), declarations());
            if (worker.pid().isEmpty() || !worker.pid().equals(learntBy) || !all.equals(learnt)) {
                worker.ask(all, LEARN_LIMIT);
                learnt = all;
                learntBy = worker.pid();
            }
            return worker.ask(question, LIMIT);
        } catch (WorkerLostException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private List<String> classPath() {
        var all = new ArrayList<>(execution.classPath());
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> !path.isEmpty())
                .forEach(all::add);
        return all;
    }

    private List<String> declarations() {
        return shell.snippets()
                .filter(snippet -> shell.status(snippet).isActive())
                .map(JavaAssistant::declaration)
                .filter(declaration -> !declaration.isEmpty())
                .toList();
    }

    /** Returns what declares the same, without what computes its value. */
    private static String declaration(Snippet snippet) {
        return switch (snippet) {
            case VarSnippet variable -> variable.typeName() + " " + variable.name() + ";";
            case ImportSnippet imports -> imports.source();
            case MethodSnippet method -> method.source();
            case TypeDeclSnippet type -> type.source();
            default -> "";
        };
    }
}
