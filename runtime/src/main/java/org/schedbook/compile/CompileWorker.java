package org.schedbook.compile;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import org.schedbook.child.WorkerLoop;
import org.schedbook.compile.CompileException.Problem;

/** The process that reads and compiles sources for a {@link CompilerProcess}. */
final class CompileWorker {

    /** What is asked of it. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @Type(value = Compile.class, name = "compile"),
        @Type(value = Complete.class, name = "complete"),
        @Type(value = Explain.class, name = "explain"),
        @Type(value = FindConstants.class, name = "find-constants")
    })
    sealed interface Question {}

    record Compile(String name, String text, int firstLine) implements Question {}

    record Complete(String source, int at) implements Question {}

    record Explain(String source, int at) implements Question {}

    record FindConstants(String source) implements Question {}

    /** What it answers. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @Type(value = Compiled.class, name = "compiled"),
        @Type(value = Failed.class, name = "failed"),
        @Type(value = Names.class, name = "names"),
        @Type(value = Explanation.class, name = "explanation"),
        @Type(value = Constants.class, name = "constants")
    })
    sealed interface Answer {}

    record Compiled(String mainClass, Map<String, byte[]> classes) implements Answer {}

    record Failed(boolean refused, List<Problem> problems) implements Answer {}

    record Names(PolicyAssistant.Completion completion) implements Answer {}

    record Explanation(String text) implements Answer {}

    record Constants(List<Constant> constants) implements Answer {}

    private final PolicyCompiler compiler = new PolicyCompiler();
    private final PolicyAssistant assistant = new PolicyAssistant();

    public static void main(String[] args) {
        var worker = new CompileWorker();
        worker.warmUp();
        WorkerLoop.serve(Question.class, worker::answer);
    }

    /** The first sources take a second longer than all others. */
    private void warmUp() {
        PolicySource source = PolicySource.builtIn("vtime").orElseThrow();
        answer(new Compile(source.name(), source.text(), 1));
        answer(new Complete(source.text(), source.text().indexOf("insert")));
    }

    private Answer answer(Question question) {
        return switch (question) {
            case Compile(String name, String text, int firstLine) ->
                    compile(new PolicySource(name, text, firstLine));
            case Complete(String source, int at) -> new Names(complete(source, at));
            case Explain(String source, int at) -> new Explanation(explain(source, at));
            case FindConstants(String source) -> new Constants(constants(source));
        };
    }

    private PolicyAssistant.Completion complete(String source, int at) {
        try {
            return assistant.complete(source, at);
        } catch (RuntimeException | StackOverflowError e) {
            // javac gives up on some sources; there is nothing to offer then.
            return new PolicyAssistant.Completion(at, List.of());
        }
    }

    private String explain(String source, int at) {
        try {
            return assistant.explain(source, at).orElse(null);
        } catch (RuntimeException | StackOverflowError e) {
            return null;
        }
    }

    private static List<Constant> constants(String source) {
        try {
            return ConstantFinder.in(source);
        } catch (RuntimeException | StackOverflowError e) {
            // javac gives up on some sources, which do not compile either.
            return List.of();
        }
    }

    private Answer compile(PolicySource source) {
        try {
            CompiledPolicy policy = compiler.compile(source);
            return new Compiled(policy.mainClass(), policy.classes());
        } catch (CompileException e) {
            return new Failed(e instanceof RefusedException, e.problems());
        }
    }
}
