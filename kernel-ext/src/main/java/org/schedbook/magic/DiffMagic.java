package org.schedbook.magic;

import org.schedbook.bench.Contender;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.view.Diff;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %diff A B}: what differs between two policies. */
@Command(
        description = {
            "Shows what differs between the sources of two policies.",
            "",
            "Each is a policy's name, or one of its versions, such as my-policy@3.",
            ""
        },
        footer = {"Examples:", "  %diff fifo my-policy", "  %diff my-policy@1 my-policy@2"})
final class DiffMagic implements Magic {

    @Parameters(
            index = "0",
            paramLabel = "POLICY",
            completionCandidates = Candidates.Sources.class,
            description = "What to compare to.")
    private String first;

    @Parameters(
            index = "1",
            paramLabel = "POLICY",
            completionCandidates = Candidates.Sources.class,
            description = "What to compare.")
    private String second;

    private final Session session;

    DiffMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) {
        String one = Contender.policyOf(first);
        String other = Contender.policyOf(second);
        PolicySource a = session.policies().source(one);
        PolicySource b = session.policies().source(other);
        if (one.equals(other) && !first.equals(second)) {
            return "%s and %s are of one source. %%c %s shows what the kernel runs of it."
                    .formatted(first, second, one);
        }
        Diff diff = Diff.of(first, a, second, b);
        return diff.isEmpty() ? "%s and %s are the same.".formatted(first, second) : diff;
    }
}
