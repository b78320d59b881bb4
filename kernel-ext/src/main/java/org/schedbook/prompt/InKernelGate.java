package org.schedbook.prompt;

import java.util.List;
import java.util.Optional;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.kernel.ClangException;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.UnsupportedException;

/**
 * Has a policy decide in the kernel: translates it, unless it is written in C, and lets the kernel
 * of a fresh guest verify it and run it under load.
 */
public final class InKernelGate implements Gate {

    private final Optional<GuestTrial> guest;

    /**
     * @param guest where to attach it; empty to translate it only
     */
    public InKernelGate(Optional<GuestTrial> guest) {
        this.guest = guest;
    }

    @Override
    public String name() {
        return "KERNEL";
    }

    @Override
    public String passed() {
        return "can decide in the kernel";
    }

    @Override
    public String failed() {
        return "cannot decide in the kernel";
    }

    @Override
    public String tries() {
        return guest.isPresent() ? "Trying it in the kernel of a fresh guest" : "Translating it";
    }

    @Override
    public String skipped() {
        return "not tried in the kernel of a guest";
    }

    @Override
    public Result run(Draft draft) throws InterruptedException {
        if (draft.compiled().isEmpty()) {
            return Result.skipped("it is not compiled");
        }
        KernelPolicy policy;
        try {
            policy = draft.inKernel().isPresent() ? draft.inKernel().get() : translated(draft);
        } catch (UnsupportedException e) {
            return Result.failed(e.problems().stream().map(InKernelGate::forModel).toList());
        } catch (ClangException e) {
            return ofClang(e);
        }
        return guest.isPresent()
                ? guest.get().run(policy)
                : Result.skipped("it is compiled for the kernel, and no guest was to be used");
    }

    /** An answer that could not be compiled for no fault of its own is not held to be wrong. */
    static Result ofClang(ClangException e) {
        return e.isOfThePolicy()
                ? Result.failed(List.of(Problem.ofWhole(e.getMessage())))
                : Result.skipped((e.getMessage() + "\n" + e.words()).strip());
    }

    private static KernelPolicy translated(Draft draft)
            throws UnsupportedException, ClangException, InterruptedException {
        return KernelPolicy.of(draft.source().orElseThrow(), draft.compiled().orElseThrow());
    }

    private static Problem forModel(Problem problem) {
        return new Problem(
                problem.line(),
                problem.column(),
                problem.length(),
                withoutMagics(problem.message()),
                problem.sourceLine());
    }

    /** Returns what is said to a person without what they could type instead. */
    static String withoutMagics(String message) {
        int magic = message.indexOf(" %attach");
        return magic < 0 ? message : message.substring(0, magic);
    }

    /** Returns what the kernel has against a policy, for a model. */
    static List<Problem> problems(String message, String nextStep) {
        return List.of(Problem.ofWhole((message + "\n" + withoutMagics(nextStep)).strip()));
    }
}
