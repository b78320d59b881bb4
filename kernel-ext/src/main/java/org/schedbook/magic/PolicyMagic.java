package org.schedbook.magic;

import java.util.OptionalLong;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyAssistant;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Magics;
import org.schedbook.session.Policies;
import org.schedbook.session.Session;
import org.schedbook.store.Version;
import org.schedbook.view.Errors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %%policy NAME}: compiles the cell into a policy. */
@Command(
        description = {
            "Compiles the cell into a policy.",
            "",
            "The cell holds one Java class that extends Policy; the policy API and java.util are"
                    + " imported already. Tab completes names in it, Shift-Tab explains them.",
            ""
        },
        footer = {
            "Examples:",
            "  %%policy my-fifo",
            "  public class MyFifo extends Policy {",
            "      public void enqueue(Task task, long enqFlags) {",
            "          insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);",
            "      }",
            "  }"
        })
final class PolicyMagic implements Magic {

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = Candidates.Policies.class,
            description = "What to call the policy.")
    private String name;

    private final Session session;

    PolicyMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        Policies.Defined defined =
                define(
                        session,
                        source(name, call.body(), call.firstBodyLine()),
                        Version.CELL,
                        OptionalLong.empty(),
                        call);
        if (defined.problem().isPresent()) {
            throw Errors.of(defined.problem().get(), name, call);
        }
        session.place().prepareToRun(); // it is about to be attached or simulated
        CompiledPolicy policy = defined.compiled().orElseThrow();
        call.show(
                "%s is compiled (class %s, source %s)."
                        .formatted(
                                defined.label(),
                                policy.mainClass(),
                                policy.sourceHash().substring(0, 8)));
        return null;
    }

    /** Defines a policy, and says so if its source cannot be kept. */
    static Policies.Defined define(
            Session session,
            PolicySource source,
            String origin,
            OptionalLong attempt,
            MagicCall call)
            throws InterruptedException {
        Policies.Defined defined = session.policies().define(source, origin, attempt);
        defined.notKept()
                .ifPresent(
                        e ->
                                call.show(
                                        "This version is not kept. "
                                                + e.getMessage()
                                                + " "
                                                + e.nextStep()));
        return defined;
    }

    /** Makes a source of a name that a person typed. */
    static PolicySource source(String name, String text, int firstLine) {
        try {
            Policies.checkFree(name);
            return new PolicySource(name, text, firstLine);
        } catch (IllegalArgumentException e) {
            throw new CellError(e.getMessage() + ".").next("Choose another name.");
        }
    }

    @Override
    public Magics.Completion completeBody(String body, int at) {
        try {
            PolicyAssistant.Completion names = session.policies().compiler().complete(body, at);
            return new Magics.Completion(names.start(), names.names());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public String explainBody(String body, int at) {
        try {
            return session.policies().compiler().explain(body, at).orElse(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
