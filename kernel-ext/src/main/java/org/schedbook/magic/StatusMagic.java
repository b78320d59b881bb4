package org.schedbook.magic;

import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Attachment;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
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
    public Object run(MagicCall call) throws InterruptedException {
        try {
            if (session.runningTarget().isEmpty()) {
                return "No guest is running. %attach NAME starts one and attaches a policy.";
            }
            Attachment attachment = session.attachment().orElse(null);
            if (attachment == null) {
                return card(session.target(), "No policy is attached")
                        .row("state", session.target().state());
            }
            Status status = attachment.status();
            return counters(card(session.target(), status.policy()), status);
        } catch (TargetException e) {
            throw Errors.of(e);
        }
    }

    /** Makes a card that begins with what the target is. */
    static Card card(Target target, String title) {
        Machine machine = target.machine();
        return new Card(title)
                .row("target", machine.target())
                .row("accelerator", machine.accelerator())
                .row("machine", machine.system());
    }

    /** Adds what the kernel says of the policy. */
    static Card state(Card card, Status status) {
        card.row("policy", status.policy()).row("state", status.state());
        if (!status.ops().isEmpty()) {
            card.row("ops", status.ops());
        }
        return card;
    }

    static Card counters(Card card, Status status) {
        state(card, status);
        status.counters().forEach((name, value) -> card.row(name, "%,d".formatted(value)));
        if (!status.faults().isEmpty()) {
            card.row("faults", String.join("\n", status.faults()));
        }
        return status.exit() == null ? card : exit(card, status.exit());
    }

    /** Adds why a policy is no longer attached. */
    static Card exit(Card card, ExitInfo exit) {
        card.row("exit", exit.reason());
        if (!exit.message().isEmpty()) {
            card.row("message", exit.message());
        }
        return card;
    }
}
