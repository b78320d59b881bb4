package org.schedbook.jupyter;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import jdk.jshell.JShell;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Documentation;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.schedbook.child.WorkerLoop;

/**
 * The process of a {@link JavaAssistant}: a JShell that knows what the notebook's has declared, and
 * runs none of it.
 */
final class JavaWorker {

    /** What is asked of it. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @Type(value = Learn.class, name = "learn"),
        @Type(value = Complete.class, name = "complete"),
        @Type(value = Explain.class, name = "explain"),
        @Type(value = Judge.class, name = "judge")
    })
    sealed interface Question {}

    /** All that it should know, in the order in which it was declared. */
    record Learn(List<String> options, List<String> classPath, List<String> declarations)
            implements Question {}

    record Complete(String code, int at) implements Question {}

    record Explain(String code, int at, boolean more) implements Question {}

    /** Whether a cell is complete, or goes on in another line. */
    record Judge(String code) implements Question {}

    /** What it answers. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @Type(value = Learnt.class, name = "learnt"),
        @Type(value = Names.class, name = "names"),
        @Type(value = Explanation.class, name = "explanation"),
        @Type(value = Judgement.class, name = "judgement")
    })
    sealed interface Answer {}

    record Learnt() implements Answer {}

    record Names(List<String> names, int start) implements Answer {}

    /** Both are empty if there is nothing to say. */
    record Explanation(String text, String html) implements Answer {}

    /**
     * @param status the protocol's word, or the indentation of the line that is to come
     */
    record Judgement(String status) implements Answer {}

    private static final String INDENTATION = "    ";

    private Learn known = new Learn(List.of(), List.of(), List.of());
    private JShell shell = shell(known);

    public static void main(String[] args) {
        // Answers go to the standard output.
        System.setOut(System.err);
        var worker = new JavaWorker();
        // JShell has a thread that stays; a thread that a request leaves would end this process.
        worker.answer(new Complete("Math.ma", 7));
        WorkerLoop.serve(Question.class, worker::answer);
    }

    private Answer answer(Question question) {
        return switch (question) {
            case Learn all -> {
                learn(all);
                yield new Learnt();
            }
            case Complete(String code, int at) -> complete(code, at);
            case Explain(String code, int at, boolean more) -> explain(code, at, more);
            case Judge(String code) -> judge(code);
        };
    }

    private void learn(Learn all) {
        List<String> before = known.declarations();
        boolean more =
                known.options().equals(all.options())
                        && known.classPath().equals(all.classPath())
                        && before.size() <= all.declarations().size()
                        && before.equals(all.declarations().subList(0, before.size()));
        if (!more) {
            shell.close();
            shell = shell(all);
        }
        all.declarations().stream().skip(more ? before.size() : 0).forEach(this::declare);
        known = all;
    }

    private void declare(String declaration) {
        try {
            shell.eval(declaration);
        } catch (RuntimeException | Error e) {
            // There is less to offer then.
        }
    }

    private static JShell shell(Learn all) {
        JShell shell =
                JShell.builder()
                        .compilerOptions(all.options().toArray(String[]::new))
                        .executionEngine(new NothingRuns(), Map.of())
                        .build();
        all.classPath().forEach(shell::addToClasspath);
        return shell;
    }

    private Names complete(String code, int at) {
        try {
            int[] start = {at};
            List<Suggestion> found =
                    shell.sourceCodeAnalysis().completionSuggestions(code, at, start);
            var names = new ArrayList<String>();
            for (boolean fits : new boolean[] {true, false}) {
                found.stream()
                        .filter(each -> each.matchesType() == fits)
                        .map(Suggestion::continuation)
                        .filter(name -> !names.contains(name))
                        .forEach(names::add);
            }
            return new Names(names, names.isEmpty() ? at : start[0]);
        } catch (RuntimeException | Error e) {
            // javac gives up on some sources; there is nothing to offer then.
            return new Names(List.of(), at);
        }
    }

    private Explanation explain(String code, int at, boolean more) {
        try {
            List<Documentation> found = shell.sourceCodeAnalysis().documentation(code, at, more);
            return new Explanation(joined(found, "\n"), joined(found, "<br/>"));
        } catch (RuntimeException | Error e) {
            return new Explanation("", "");
        }
    }

    private Judgement judge(String code) {
        try {
            String rest = code;
            CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            while (info.completeness().isComplete() && !info.remaining().isEmpty()) {
                rest = info.remaining();
                info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            }
            return new Judgement(
                    switch (info.completeness()) {
                        case COMPLETE, COMPLETE_WITH_SEMI, EMPTY -> BaseKernel.IS_COMPLETE_YES;
                        case CONSIDERED_INCOMPLETE, DEFINITELY_INCOMPLETE -> indentation(rest);
                        case UNKNOWN -> BaseKernel.IS_COMPLETE_BAD;
                    });
        } catch (RuntimeException | Error e) {
            return new Judgement(BaseKernel.IS_COMPLETE_MAYBE);
        }
    }

    /** Returns the blanks that a line begins with behind others. */
    private static String indentation(String code) {
        String last =
                code.lines().filter(line -> !line.isBlank()).reduce((_, each) -> each).orElse("");
        String blanks = last.substring(0, last.length() - last.stripLeading().length());
        return last.stripTrailing().matches(".*[({\\[]") ? blanks + INDENTATION : blanks;
    }

    private static String joined(List<Documentation> found, String separator) {
        Function<Documentation, String> words =
                each ->
                        each.javadoc() == null
                                ? each.signature()
                                : each.signature() + separator + each.javadoc();
        return found.stream().map(words).collect(Collectors.joining(separator + separator));
    }

    /** What runs declarations: they are compiled, and that is all. */
    private static final class NothingRuns implements ExecutionControlProvider, ExecutionControl {

        @Override
        public String name() {
            return "nothing runs";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            return this;
        }

        @Override
        public void load(ClassBytecodes[] classes) {}

        @Override
        public void redefine(ClassBytecodes[] classes) {}

        @Override
        public String invoke(String className, String methodName) {
            return "";
        }

        @Override
        public String varValue(String className, String varName) {
            return "";
        }

        @Override
        public void addToClasspath(String path) {}

        @Override
        public void stop() {}

        @Override
        public Object extensionCommand(String command, Object arg) {
            return null;
        }

        @Override
        public void close() {}
    }
}
