package org.schedbook.prompt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.Completion;

/**
 * How far an answer got.
 *
 * @param answer the answer
 * @param source the policy in it, empty if there is none
 * @param compiled the policy compiled and checked
 * @param behaviour a hash of all that it did in the simulator; empty if it did not come to its end
 *     there
 * @param passed the gates it passed, in their order, with a few words to each, which may be empty
 * @param skipped the gates it was not sent through, with the reason
 * @param failed the gate it did not pass, empty if it passed all it was sent through
 * @param problems what that gate found, in the coordinates of the source
 */
public record Verdict(
        Completion answer,
        Optional<PolicySource> source,
        Optional<CompiledPolicy> compiled,
        Optional<String> behaviour,
        Map<Gate, String> passed,
        Map<Gate, String> skipped,
        Optional<Gate> failed,
        List<Problem> problems) {

    /** Returns the last gate it passed. */
    public Optional<Gate> reached() {
        return passed.keySet().stream().reduce((_, last) -> last);
    }
}
