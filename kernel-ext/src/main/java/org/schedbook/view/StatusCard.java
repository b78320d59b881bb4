package org.schedbook.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.schedbook.jupyter.Card;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.BackgroundProcess;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.ThrownOut;

/** How a target and the policy on it look. */
public final class StatusCard {

    private static final int DUMP_LINES = 40;

    /** Makes a card that begins with what the target is. */
    public static Card card(Target target, String title) {
        Machine machine = target.machine();
        return new Card(title)
                .row("target", machine.target())
                .row("accelerator", machine.accelerator())
                .row("machine", machine.system());
    }

    /** Adds what the kernel says of the policy. */
    public static Card state(Card card, Status status) {
        card.row("policy", status.policy()).row("state", status.state());
        if (!status.ops().isEmpty()) {
            card.row("ops", status.ops());
        }
        return card;
    }

    public static Card counters(Card card, Status status) {
        state(card, status);
        var still = new ArrayList<String>();
        status.counters()
                .forEach(
                        (name, value) -> {
                            if (value == 0) {
                                still.add(name);
                            } else {
                                card.row(name, "%,d".formatted(value));
                            }
                        });
        if (!still.isEmpty()) {
            card.folded("zero", still.size() + " other counters", String.join(", ", still));
        }
        faults(card, status);
        return status.exit() == null ? card : exit(card, status.exit());
    }

    /** Adds what runs in the background of the target, if anything. */
    public static Card background(Card card, List<BackgroundProcess> processes) {
        return processes.isEmpty() ? card : card.row("in the background", processes(processes));
    }

    /** Names processes and says how to end them. */
    public static String processes(List<BackgroundProcess> processes) {
        String pids =
                processes.stream()
                        .map(process -> Long.toString(process.pid()))
                        .collect(Collectors.joining(" "));
        return processes.stream()
                .map(BackgroundProcess::toString)
                .collect(Collectors.joining(", ", "", "; %shell kill " + pids + " ends it"));
    }

    /** Adds what the policy did wrong, if anything. */
    public static Card faults(Card card, Status status) {
        return status.faults().isEmpty()
                ? card
                : card.row("faults", String.join("\n", status.faults()));
    }

    /** Adds what held the policy's process up while it was attached, where that is counted. */
    public static Card hindrances(Card card, Status status) {
        Map<String, Long> counters = status.counters();
        long rescued = counters.getOrDefault("nr_rescued", 0L);
        if (rescued != 0) {
            card.row(
                    "without it",
                    "%,d tasks were dispatched, as the policy's process did nothing for a second"
                            .formatted(rescued));
        }
        return counters.containsKey("nr_page_faults")
                ? card.row(
                        "held up by",
                        "%,d page faults (%,d from disk), %,d garbage collections (%,d ms)"
                                .formatted(
                                        counters.get("nr_page_faults"),
                                        counters.get("nr_major_faults"),
                                        counters.get("nr_collections"),
                                        counters.get("collection_ms")))
                : card;
    }

    /** Adds how often the policy was attached anew, if at all. */
    public static Card restarts(Card card, Status status) {
        long restarts = status.counters().getOrDefault("nr_restarts", 0L);
        return restarts == 0
                ? card
                : card.row("restarts", "%d, as a CPU came or went meanwhile".formatted(restarts));
    }

    /** Adds why a policy is no longer attached. */
    public static Card exit(Card card, ExitInfo exit) {
        card.row("exit", exit.reason());
        if (!exit.message().isEmpty()) {
            card.row("message", exit.message());
        }
        ThrownOut.dumped(exit).ifPresent(told -> card.row("dump tells", told));
        if (!exit.dump().isEmpty()) {
            card.row("dump", beginning(exit.dump()));
        }
        return card;
    }

    /** The dump goes through all CPUs and all tasks; what ended the policy comes first. */
    private static String beginning(String dump) {
        List<String> lines = dump.strip().lines().toList();
        String shown = String.join("\n", lines.subList(0, Math.min(lines.size(), DUMP_LINES)));
        return lines.size() <= DUMP_LINES
                ? shown
                : "%s\n... %d lines more: Schedbook.attached().get().status().exit().dump()"
                        .formatted(shown, lines.size() - DUMP_LINES);
    }

    private StatusCard() {}
}
