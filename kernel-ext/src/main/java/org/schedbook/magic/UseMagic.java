package org.schedbook.magic;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.session.Versions;
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

    @Parameters(paramLabel = "POLICY", description = "The version, such as my-policy@3.")
    private String label;

    private final Session session;

    UseMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        PolicySource source = Versions.source(label, session);
        Optional<CompiledPolicy> compiled = Optional.empty();
        String problem = "";
        try {
            compiled = Optional.of(session.define(source));
        } catch (CompileException e) {
            problem = " It " + Errors.of(e, source.name(), call).getMessage();
        }
        var now =
                Versions.keep(
                        source, compiled, "use of " + label, OptionalLong.empty(), session, call);
        call.offerNextCell("%%policy " + source.name() + "\n" + source.text().stripTrailing());
        return "%s is %s again%s.%s"
                .formatted(
                        source.name(),
                        label,
                        now.filter(v -> !v.label().equals(label))
                                .map(v -> ", as " + v.label())
                                .orElse(""),
                        problem);
    }

    @Override
    public List<String> candidates(String paramLabel) {
        return paramLabel.equals("POLICY") ? Versions.labels(session) : List.of();
    }
}
