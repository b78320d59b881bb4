package org.schedbook.magic;

import java.util.Optional;
import java.util.OptionalLong;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.store.StoreException;
import org.schedbook.store.Version;

/** Keeps what the names of policies stand for. */
final class Versions {

    /**
     * Keeps a source, or says in the cell why that was not possible: the policy is of use anyway.
     *
     * @param compiled empty if it does not compile, or is refused
     * @param origin {@link Version#CELL}, or what the request was for
     * @param attempt the request that it is the answer to
     */
    static Optional<Version> keep(
            PolicySource source,
            Optional<CompiledPolicy> compiled,
            String origin,
            OptionalLong attempt,
            Session session,
            MagicCall call) {
        try {
            return Optional.of(
                    session.store()
                            .define(
                                    source.name(),
                                    origin,
                                    attempt,
                                    source.text(),
                                    source.hash(),
                                    compiled.map(CompiledPolicy::bytecodeHash)));
        } catch (StoreException e) {
            call.show("This version is not kept. " + e.getMessage() + " " + e.nextStep());
            return Optional.empty();
        }
    }

    private Versions() {}
}
