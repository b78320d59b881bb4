package org.schedbook.bench;

import java.util.Optional;
import org.schedbook.compile.CompiledPolicy;

/**
 * Something to be measured: a policy, or the kernel's own scheduler.
 *
 * @param policy empty for the kernel's own
 */
public record Contender(String name, Optional<CompiledPolicy> policy) {

    /** What the kernel runs when no policy is attached: the baseline. */
    public static final Contender EEVDF = new Contender("eevdf", Optional.empty());

    public static Contender of(CompiledPolicy policy) {
        return new Contender(policy.name(), Optional.of(policy));
    }
}
