package org.schedbook.magic;

import java.util.Optional;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.policy.ExitInfo;
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
            Optional<ExitInfo> exit = session.detach();
            if (exit.isEmpty()) {
                return "No policy is attached.";
            }
            Card card =
                    StatusMagic.card(session.target(), session.attachedName() + " is detached")
                            .row("state", session.target().state());
            return StatusMagic.exit(card, exit.get());
        } catch (TargetException e) {
            throw Errors.of(e);
        }
    }
}
