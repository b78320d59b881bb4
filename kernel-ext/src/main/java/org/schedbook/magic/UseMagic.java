package org.schedbook.magic;

import java.util.OptionalLong;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Policies;
import org.schedbook.session.Session;
import org.schedbook.view.Errors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %use NAME@3}: brings a version of a policy back. */
@Command(
        description = {
            "Brings a version of a policy back.",
            "",
            "From then on NAME is that source again. It is offered as the next cell, too, to be"
                    + " changed. Nothing is lost: the version that NAME was is kept.",
            ""
        },
        footer = {"Examples:", "  %use my-policy@3"})
final class UseMagic implements Magic {

    @Parameters(
            paramLabel = "POLICY",
            completionCandidates = Candidates.Sources.class,
            description = "The version, such as my-policy@3.")
    private String label;

    private final Session session;

    UseMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        PolicySource source = session.policies().source(label);
        if (!Policies.isFree(source.name())) {
            // Kept by an older Schedbook, which let a cell replace what comes with it.
            String other = "my-" + source.name();
            call.offerNextCell("%%policy " + other + "\n" + source.text().stripTrailing());
            return "%s comes with Schedbook and stays as it is; %s is offered as %s."
                    .formatted(source.name(), label, other);
        }
        call.offerNextCell("%%policy " + source.name() + "\n" + source.text().stripTrailing());
        Policies.Defined now =
                PolicyMagic.define(session, source, "use of " + label, OptionalLong.empty(), call);
        return "%s is %s again%s.%s"
                .formatted(
                        source.name(),
                        label,
                        now.label().equals(label) || now.version().isEmpty()
                                ? ""
                                : ", as " + now.label(),
                        now.problem()
                                .map(e -> " That version " + Errors.failed(e) + ".")
                                .orElse(""));
    }
}
