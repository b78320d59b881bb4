package org.schedbook.magic;

import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.view.StatusCard;
import picocli.CommandLine.Command;

/** {@code %status}: how the attached policy is doing. */
@Command(
        description = "Shows how the attached policy is doing: state and counters.",
        footer = {"Examples:", "  %status"})
final class StatusMagic implements Magic {

    private final Session session;

    StatusMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        if (session.place().running().isEmpty()) {
            return nothing();
        }
        Attachment attachment = session.place().attachment().orElse(null);
        Target target = session.place().target();
        if (attachment == null) {
            Card card =
                    StatusCard.card(target, "No policy is attached").row("state", target.state());
            return StatusCard.background(card, target.background());
        }
        Status status = attachment.status();
        Card card = StatusCard.card(target, session.place().attachedName());
        StatusCard.background(card, target.background());
        return StatusCard.counters(card, status);
    }

    private String nothing() {
        TargetChoice choice = session.place().choice();
        return "%s. %%attach NAME %s."
                .formatted(
                        choice.idle(),
                        choice.guest().isPresent()
                                ? "starts one and attaches a policy"
                                : "attaches one");
    }
}
