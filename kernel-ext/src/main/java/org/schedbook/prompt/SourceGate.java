package org.schedbook.prompt;

import org.schedbook.compile.CompileException;
import org.schedbook.compile.RefusedException;

/** The gates that read an answer and run nothing of it. */
public enum SourceGate implements Gate {
    EXTRACT("has a policy in it", "has no policy in it") {
        @Override
        public boolean wantsAllOfTheAnswer() {
            return true;
        }

        @Override
        public Result run(Draft draft) {
            return draft.found(SourceExtractor.extract(draft.answer().text()));
        }
    },

    COMPILE("compiles", "does not compile") {
        @Override
        public boolean wantsAllOfTheAnswer() {
            return true;
        }

        @Override
        public Result run(Draft draft) throws InterruptedException {
            try {
                draft.compiled(draft.compiler().compile(draft.source().orElseThrow()));
            } catch (RefusedException e) {
                draft.refused(e.problems()); // it does compile
            } catch (CompileException e) {
                return Result.failed(e.problems());
            }
            return Result.passed("", "");
        }
    },

    CHECK("keeps to what a policy may do", "does what a policy may not do") {
        @Override
        public Result run(Draft draft) {
            return draft.compiled().isPresent()
                    ? Result.passed("", "")
                    : Result.failed(draft.refused());
        }
    };

    private final String passed;
    private final String failed;

    SourceGate(String passed, String failed) {
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
}
