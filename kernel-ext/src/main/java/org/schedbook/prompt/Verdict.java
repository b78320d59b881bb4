package org.schedbook.prompt;

import java.util.List;
import java.util.Optional;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.compile.RefusedException;
import org.schedbook.llm.Completion;

/**
 * How far an answer got.
 *
 * @param answer the answer
 * @param source the policy in it, empty if there is none
 * @param failed the gate it did not pass, empty if it passed all
 * @param problems what that gate found, in the coordinates of the source
 */
public record Verdict(
        Completion answer,
        Optional<PolicySource> source,
        Optional<Gate> failed,
        List<Problem> problems) {

    /** Sends an answer through the gates, up to the first that it does not pass. */
    static Verdict of(Completion answer, String name, PolicyCompiler compiler) {
        Optional<PolicySource> source =
                SourceExtractor.extract(answer.text()).map(text -> new PolicySource(name, text));
        if (source.isEmpty()) {
            return new Verdict(answer, source, Optional.of(Gate.EXTRACT), List.of());
        }
        try {
            compiler.compile(source.get());
            return new Verdict(answer, source, Optional.empty(), List.of());
        } catch (CompileException e) {
            Gate gate = e instanceof RefusedException ? Gate.CHECK : Gate.COMPILE;
            return new Verdict(answer, source, Optional.of(gate), e.problems());
        }
    }

    /** Returns the gates it passed, in their order. */
    public List<Gate> passed() {
        List<Gate> all = List.of(Gate.values());
        return failed.map(gate -> all.subList(0, gate.ordinal())).orElse(all);
    }
}
