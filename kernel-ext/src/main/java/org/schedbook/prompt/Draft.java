package org.schedbook.prompt;

import java.util.List;
import java.util.Optional;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.Compiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.llm.Completion;

/** An answer on its way through the gates, with what they have made of it. */
public final class Draft {

    private final Completion answer;
    private final String name;
    private final Compiler compiler;
    private Optional<PolicySource> source = Optional.empty();
    private Optional<CompiledPolicy> compiled = Optional.empty();
    private Optional<KernelPolicy> inKernel = Optional.empty();
    private List<Problem> refused = List.of();

    /**
     * @param name what to call the policy
     */
    Draft(Completion answer, String name, Compiler compiler) {
        this.answer = answer;
        this.name = name;
        this.compiler = compiler;
    }

    Completion answer() {
        return answer;
    }

    String name() {
        return name;
    }

    Compiler compiler() {
        return compiler;
    }

    /** Returns the policy in the answer, once that was found. */
    Optional<PolicySource> source() {
        return source;
    }

    /** Takes the text that was found in the answer, if there is one. */
    Gate.Result found(Optional<String> text) {
        source(text.map(each -> new PolicySource(name(), each)));
        return text.isPresent() ? Gate.Result.passed("", "") : Gate.Result.failed(List.of());
    }

    void source(Optional<PolicySource> found) {
        source = found;
    }

    /** Returns the policy compiled and checked, once it is. */
    Optional<CompiledPolicy> compiled() {
        return compiled;
    }

    void compiled(CompiledPolicy policy) {
        compiled = Optional.of(policy);
    }

    /** Returns the policy as it is attached in the kernel, if it is written in C and compiled. */
    Optional<KernelPolicy> inKernel() {
        return inKernel;
    }

    void inKernel(KernelPolicy policy) {
        inKernel = Optional.of(policy);
    }

    /** Returns what the check found in a source that compiles. */
    List<Problem> refused() {
        return refused;
    }

    void refused(List<Problem> problems) {
        refused = problems;
    }
}
