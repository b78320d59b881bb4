package org.schedbook.prompt;

import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;

/** A gate that runs the policy. */
public interface Trial extends Gate {

    Result run(PolicySource source, CompiledPolicy policy) throws InterruptedException;

    @Override
    default Result run(Draft draft) throws InterruptedException {
        return run(draft.source().orElseThrow(), draft.compiled().orElseThrow());
    }
}
