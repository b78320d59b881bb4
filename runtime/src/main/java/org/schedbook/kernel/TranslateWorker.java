package org.schedbook.kernel;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.schedbook.child.WorkerLoop;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.PolicySource;

/** The process that translates sources for a {@link TranslatorProcess}. */
final class TranslateWorker {

    /** What it answers. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @Type(value = Translated.class, name = "translated"),
        @Type(value = Refused.class, name = "refused")
    })
    sealed interface Answer {}

    record Translated(Translation translation) implements Answer {}

    record Refused(List<Problem> problems) implements Answer {}

    public static void main(String[] args) {
        WorkerLoop.serve(PolicySource.class, TranslateWorker::answer);
    }

    private static Answer answer(PolicySource source) {
        try {
            return new Translated(Translator.translate(source));
        } catch (UnsupportedException e) {
            return new Refused(e.problems());
        } catch (StackOverflowError e) {
            return new Refused(CompileException.tooDeep().problems());
        }
    }

    private TranslateWorker() {}
}
