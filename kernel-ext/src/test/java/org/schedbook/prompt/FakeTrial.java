package org.schedbook.prompt;

import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;

/** A trial that finds what the test says. */
record FakeTrial(Found found) implements Trial {

    interface Found {
        Result in(PolicySource source, CompiledPolicy policy) throws InterruptedException;
    }

    @Override
    public String name() {
        return "SIMULATE";
    }

    @Override
    public String passed() {
        return "passes";
    }

    @Override
    public String failed() {
        return "fails";
    }

    @Override
    public Result run(PolicySource source, CompiledPolicy policy) throws InterruptedException {
        return found.in(source, policy);
    }
}
