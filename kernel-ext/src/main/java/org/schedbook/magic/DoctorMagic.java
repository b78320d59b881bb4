package org.schedbook.magic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Table;
import org.schedbook.llm.Endpoint;
import org.schedbook.session.Session;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.Availability;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;

/** {@code %doctor}: what can be used here. */
@Command(
        description = "Shows where policies can run here, and where models are to be had.",
        footer = {"Examples:", "  %doctor"})
final class DoctorMagic implements Magic {

    private final Session session;
    private final Map<String, String> environment;

    DoctorMagic(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    @Override
    public Object run(MagicCall call) {
        var rows = new ArrayList<List<String>>();
        for (TargetChoice.Kind kind : TargetChoice.Kind.values()) {
            Availability target = session.place().availability(kind);
            rows.add(
                    List.of(
                            "target " + target.target(),
                            target.usable() ? "ready" : "missing",
                            target.what(),
                            target.nextStep()));
        }
        rows.add(guestStart());
        rows.add(
                Endpoint.from(environment)
                        .map(e -> List.of("model", "set", e.toString(), ""))
                        .orElse(
                                List.of(
                                        "model",
                                        "missing",
                                        "no endpoint: recorded answers only",
                                        "Set OPENAI_API_KEY or OPENAI_BASE_URL.")));
        return new Table("", List.of("what", "state", "details", "next step"), rows);
    }

    /** A guest that boots where others resume one is a slow notebook, and nobody sees why. */
    private static List<String> guestStart() {
        try {
            return VmTarget.foreseenStart(GuestShape.DEFAULT)
                    .map(
                            start ->
                                    List.of(
                                            "guest's start",
                                            start.how().toString(),
                                            start.why(),
                                            start.isQuick()
                                                    ? ""
                                                    : "The first %attach saves one if it can."))
                    .orElse(
                            List.of(
                                    "guest's start",
                                    "not known",
                                    "whether KVM works is found out at the first start",
                                    "%attach fifo"));
        } catch (TargetException e) {
            return List.of("guest's start", "missing", e.getMessage(), e.nextStep());
        }
    }
}
