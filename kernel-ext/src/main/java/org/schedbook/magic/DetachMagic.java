package org.schedbook.magic;

import java.util.Optional;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.policy.ExitInfo;
import org.schedbook.session.Session;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;
import org.schedbook.view.StatusCard;
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
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        Optional<Attachment> attachment = session.place().attachment();
        Optional<ExitInfo> exit = session.place().detach();
        if (exit.isEmpty()) {
            return "No policy is attached.";
        }
        Status last = attachment.orElseThrow().status();
        Card card =
                StatusCard.card(
                                session.place().target(),
                                session.place().attachedName() + " is detached")
                        .row("state", session.place().target().state());
        StatusCard.exit(card, exit.get());
        return StatusCard.faults(StatusCard.hindrances(card, last), last);
    }
}
