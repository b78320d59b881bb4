package org.schedbook.magic;

import java.util.List;
import java.util.Map;
import org.schedbook.bench.BenchResult;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.Endpoint;
import org.schedbook.session.Session;
import org.schedbook.target.Machine;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import picocli.CommandLine.Command;

/** {@code %sched}: where one stands. */
@Command(
        description = {
            "Shows where you stand: target, policies, last result, and what to do next.",
            "",
            "It starts nothing and changes nothing.",
        },
        footer = {"Examples:", "  %sched"})
final class SchedMagic implements Magic {

    private final Session session;
    private final Map<String, String> environment;

    SchedMagic(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    @Override
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        List<String> own = own();
        boolean attached = session.place().attachment().isPresent();
        return new Card("Schedbook")
                .row("target", target())
                .row("attached", attached ? attached() : "nothing")
                .row("your policies", own.isEmpty() ? "none yet" : String.join(", ", own))
                .row(
                        "last result",
                        session.figures().result().map(SchedMagic::line).orElse("none yet"))
                .row(
                        "model",
                        Endpoint.from(environment)
                                .map(Endpoint::toString)
                                .orElse("none; recorded answers only"))
                .row("next", next(own, attached));
    }

    private List<String> own() {
        return session.policies().working().stream().map(CompiledPolicy::name).sorted().toList();
    }

    private String target() {
        return session.place()
                .running()
                .map(Target::machine)
                .map(Machine::caption)
                .orElse(
                        session.place().choice().label()
                                + "; the first %attach or %bench starts it");
    }

    private String attached() throws TargetException, InterruptedException {
        return session.place().attachedName() + ", " + session.place().target().state();
    }

    private static String line(BenchResult result) {
        return result.workload().commandLine();
    }

    private String next(List<String> own, boolean attached) {
        if (own.isEmpty()) {
            return "Describe a policy under %%prompt NAME, or write one under %%policy NAME.";
        }
        String newest = own.getLast();
        if (session.figures().result().isPresent()) {
            return "%plot draws the result; %%prompt " + newest + " changes the policy.";
        }
        return attached
                ? "%top messaging watches it at work; %bench messaging --policies eevdf,fifo,"
                        + newest
                        + " measures it."
                : "%attach " + newest + " makes it the scheduler of a guest.";
    }
}
