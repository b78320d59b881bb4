package org.schedbook.magic;

import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Option;

/** {@code --target}, of every magic that runs a policy. */
final class TargetOption {

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            description = "Where, from now on: vm, sim or host; as %%target says.")
    private TargetChoice.Kind target;

    /** Has what follows run where the line asks for it. */
    void choose(Session session, MagicCall call) throws TargetException, InterruptedException {
        TargetMagic.choose(target, session, call);
    }
}
