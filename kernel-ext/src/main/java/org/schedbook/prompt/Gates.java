package org.schedbook.prompt;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.Compiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.compile.RefusedException;
import org.schedbook.llm.Completion;

/** Sends answers through the gates, up to the first that one does not pass. */
public final class Gates {

    /** Is told what happens, as it happens, on the calling thread. */
    public interface Observer {

        /** A gate that takes a moment begins. */
        default void tries(Gate gate) {}

        /**
         * A gate is passed.
         *
         * @param detail a few words to it; may be empty
         */
        default void passed(Gate gate, String detail) {}

        /** A gate is left out. */
        default void skipped(Gate gate, String why) {}
    }

    /** A gate that runs the policy. */
    public interface Trial {

        /** What a trial found; {@code skipped} is why there was none, empty if there was one. */
        record Result(String detail, List<Problem> problems, String behaviour, String skipped) {

            static Result passed(String detail, String behaviour) {
                return new Result(detail, List.of(), behaviour, "");
            }

            static Result failed(List<Problem> problems) {
                return new Result("", problems, "", "");
            }

            static Result skipped(String why) {
                return new Result("", List.of(), "", why);
            }
        }

        Result run(PolicySource source, CompiledPolicy policy) throws InterruptedException;
    }

    private final Compiler compiler;
    private final Map<Gate, Trial> trials;

    /**
     * @param trials for the gates that run the policy; those without one are left out
     */
    public Gates(Compiler compiler, Map<Gate, Trial> trials) {
        this.compiler = compiler;
        this.trials = trials.isEmpty() ? Map.of() : new EnumMap<>(trials);
    }

    /**
     * Judges an answer.
     *
     * @param name what to call the policy
     */
    public Verdict judge(Completion answer, String name, Observer observer)
            throws InterruptedException {
        return new Judgement(answer, observer).run(name);
    }

    private final class Judgement {

        private final Completion answer;
        private final Observer observer;
        private final Map<Gate, String> passed = new EnumMap<>(Gate.class);
        private final Map<Gate, String> skipped = new EnumMap<>(Gate.class);
        private Optional<PolicySource> source = Optional.empty();
        private Optional<CompiledPolicy> compiled = Optional.empty();
        private Optional<String> behaviour = Optional.empty();

        Judgement(Completion answer, Observer observer) {
            this.answer = answer;
            this.observer = observer;
        }

        Verdict run(String name) throws InterruptedException {
            source =
                    SourceExtractor.extract(answer.text())
                            .map(text -> new PolicySource(name, text));
            if (source.isEmpty()) {
                return failed(Gate.EXTRACT, List.of());
            }
            pass(Gate.EXTRACT, "");
            try {
                compiled = Optional.of(compiler.compile(source.get()));
            } catch (RefusedException e) {
                pass(Gate.COMPILE, "");
                return failed(Gate.CHECK, e.problems());
            } catch (CompileException e) {
                return failed(Gate.COMPILE, e.problems());
            }
            pass(Gate.COMPILE, "");
            pass(Gate.CHECK, "");
            for (var each : trials.entrySet()) {
                observer.tries(each.getKey());
                Trial.Result result = each.getValue().run(source.get(), compiled.get());
                if (!result.problems().isEmpty()) {
                    return failed(each.getKey(), result.problems());
                }
                if (!result.skipped().isEmpty()) {
                    skipped.put(each.getKey(), result.skipped());
                    observer.skipped(each.getKey(), result.skipped());
                    continue;
                }
                if (!result.behaviour().isEmpty()) {
                    behaviour = Optional.of(result.behaviour());
                }
                pass(each.getKey(), result.detail());
            }
            return verdict(Optional.empty(), List.of());
        }

        private void pass(Gate gate, String detail) {
            passed.put(gate, detail);
            observer.passed(gate, detail);
        }

        private Verdict failed(Gate gate, List<Problem> problems) {
            return verdict(Optional.of(gate), problems);
        }

        private Verdict verdict(Optional<Gate> failed, List<Problem> problems) {
            return new Verdict(
                    answer, source, compiled, behaviour, passed, skipped, failed, problems);
        }
    }
}
