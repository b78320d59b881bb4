package org.schedbook.magic;

import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import picocli.CommandLine.Option;

/** {@code --target}, of every magic that runs a policy. */
final class TargetOption {

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            description = "Where, from now on: ${COMPLETION-CANDIDATES}; as %%target says.")
    private TargetMagic.Kind target;

    /** Has what follows run where the line asks for it. */
    void choose(Session session, MagicCall call) throws InterruptedException {
        TargetMagic.choose(target, session, call);
    }
}
