package org.schedbook.magic;

import java.util.Optional;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Command;

/** {@code %detach}: gives the guest back to the kernel's own scheduler. */
@Command(
        description = "Detaches the policy: the guest goes on under the kernel's own scheduler.",
        footer = {"Examples:", "  %detach"})
final class DetachMagic implements Magic {

    private final Session session;

    DetachMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        try {
            Optional<Attachment> attachment = session.attachment();
            Optional<ExitInfo> exit = session.detach();
            if (exit.isEmpty()) {
                return "No policy is attached.";
            }
            Status last = attachment.orElseThrow().status();
            Card card =
                    StatusMagic.card(session.target(), session.attachedName() + " is detached")
                            .row("state", session.target().state());
            StatusMagic.exit(card, exit.get());
            return StatusMagic.faults(StatusMagic.hindrances(card, last), last);
        } catch (TargetException e) {
            throw Errors.of(e);
        }
    }
}
