package org.schedbook.magic;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyAssistant;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Magics;
import org.schedbook.session.Session;
import org.schedbook.session.Versions;
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

    @Parameters(paramLabel = "NAME", description = "What to call the policy.")
    private String name;

    private final Session session;

    PolicyMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        PolicySource source = source(name, call.body());
        try {
            CompiledPolicy policy = session.define(source);
            session.prepareToRun(); // it is about to be attached or simulated
            Optional<Version> version = keep(source, Optional.of(policy), call);
            call.show(
                    "%s is compiled (class %s, source %s)."
                            .formatted(
                                    version.map(Version::label).orElse(name),
                                    policy.mainClass(),
                                    policy.sourceHash().substring(0, 8)));
            return null;
        } catch (CompileException e) {
            keep(source, Optional.empty(), call);
            throw Errors.of(e, name, call);
        }
    }

    private Optional<Version> keep(
            PolicySource source, Optional<CompiledPolicy> compiled, MagicCall call) {
        return Versions.keep(source, compiled, Version.CELL, OptionalLong.empty(), session, call);
    }

    /** Makes a source of a name that a person typed. */
    static PolicySource source(String name, String text) {
        try {
            return new PolicySource(name, text);
        } catch (IllegalArgumentException e) {
            throw new CellError(e.getMessage() + ".").next("Choose another name.");
        }
    }

    @Override
    public List<String> candidates(String label) {
        return List.copyOf(session.policyNames());
    }

    @Override
    public Magics.Completion completeBody(String body, int at) {
        try {
            PolicyAssistant.Completion names = session.compiler().complete(body, at);
            return new Magics.Completion(names.start(), names.names());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public String explainBody(String body, int at) {
        try {
            return session.compiler().explain(body, at).orElse(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
