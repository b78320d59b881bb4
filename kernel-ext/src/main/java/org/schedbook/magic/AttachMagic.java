package org.schedbook.magic;

import java.util.List;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.target.Attachment;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code %attach NAME}: makes a policy the scheduler of the guest. */
@Command(
        description =
                "Makes a policy the scheduler of a Linux kernel: a guest, started when first needed.",
        footer = {
            "Examples:",
            "  %attach fifo",
            "  %attach my-fifo",
            "  %attach my-fifo --target sim"
        })
final class AttachMagic implements Magic {

    @Parameters(paramLabel = "NAME", description = "The policy.")
    private String name;

    @Mixin private TargetOption target;

    private final Session session;

    AttachMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        CompiledPolicy policy = session.policy(name);
        target.choose(session, call);
        try {
            Guest.start(session, call);
            Attachment attachment = session.attach(policy);
            return StatusMagic.state(
                    StatusMagic.card(session.target(), name + " is attached"), attachment.status());
        } catch (TargetException e) {
            throw Errors.of(e);
        }
    }

    @Override
    public List<String> candidates(String label) {
        return List.copyOf(session.policyNames());
    }
}
