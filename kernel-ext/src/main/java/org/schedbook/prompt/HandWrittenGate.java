package org.schedbook.prompt;

import org.schedbook.compile.CompileException;
import org.schedbook.kernel.ClangException;
import org.schedbook.kernel.HandWritten;
import org.schedbook.kernel.HandWrittenException;
import org.schedbook.kernel.KernelPolicy;

/** The gates for a policy in C before it is attached: what a {@code %%bpf} cell goes through. */
enum HandWrittenGate implements Gate {
    EXTRACT("has a policy in it", "has no policy in it") {
        @Override
        public Result run(Draft draft) {
            return draft.found(HandWrittenExtractor.extract(draft.answer().text()));
        }
    },

    COMPILE("compiles and keeps to policy.h", "does not compile, or does not keep to policy.h") {
        @Override
        public String skipped() {
            return "not compiled";
        }

        @Override
        public Result run(Draft draft) throws InterruptedException {
            try {
                HandWritten written = HandWritten.of(draft.source().orElseThrow());
                KernelPolicy policy = written.policy(draft.compiler().compile(written.init()));
                draft.inKernel(policy);
                draft.compiled(policy.policy());
                return Result.passed("", "");
            } catch (HandWrittenException e) {
                return Result.failed(e.problems());
            } catch (ClangException e) {
                return InKernelGate.ofClang(e);
            } catch (CompileException e) {
                throw new AssertionError("what creates the DSQs compiles", e);
            }
        }
    };

    private final String passed;
    private final String failed;

    HandWrittenGate(String passed, String failed) {
        this.passed = passed;
        this.failed = failed;
    }

    @Override
    public String passed() {
        return passed;
    }

    @Override
    public String failed() {
        return failed;
    }

    @Override
    public boolean wantsAllOfTheAnswer() {
        return true;
    }
}
