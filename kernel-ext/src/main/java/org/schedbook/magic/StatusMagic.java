package org.schedbook.magic;

import java.util.stream.Collectors;
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
@Command(description = "Shows how the attached policy is doing: state and counters.")
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
            if (session.attachment().isEmpty()) {
                return card(session, "No policy is attached");
            }
            return card(session, session.attachedName());
        } catch (TargetException e) {
            throw Errors.of(e);
        }
    }

    /** Makes a card of where the session stands, as the guest's kernel tells it now. */
    static Card card(Session session, String title) throws TargetException, InterruptedException {
        Target target = session.target();
        Machine machine = target.machine();
        var card =
                new Card(title)
                        .row("target", machine.target())
                        .row("accelerator", machine.accelerator())
                        .row(
                                "kernel",
                                "Linux %s, %d CPUs, %d MiB"
                                        .formatted(
                                                machine.kernel(),
                                                machine.cpus(),
                                                machine.memoryMib()));
        Attachment attachment = session.attachment().orElse(null);
        if (attachment == null) {
            return card.row("state", target.state());
        }
        Status status = attachment.status();
        card.row("policy", status.policy()).row("state", status.state());
        if (!status.ops().isEmpty()) {
            card.row("ops", status.ops());
        }
        status.counters().forEach((name, value) -> card.row(name, "%,d".formatted(value)));
        if (!status.faults().isEmpty()) {
            card.row("faults", status.faults().stream().collect(Collectors.joining("\n")));
        }
        if (status.exit() != null) {
            exitRows(card, status.exit());
        }
        return card;
    }

    /** Adds why a policy is no longer attached. */
    static Card exitRows(Card card, ExitInfo exit) {
        card.row("exit", exit.reason());
        if (!exit.message().isEmpty()) {
            card.row("message", exit.message());
        }
        return card;
    }
}
