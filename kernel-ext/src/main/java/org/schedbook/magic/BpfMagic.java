package org.schedbook.magic;

import org.schedbook.compile.PolicyAssistant;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Magics;
import org.schedbook.kernel.HandWrittenException;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.Prelude;
import org.schedbook.session.Session;
import org.schedbook.view.Errors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %%bpf NAME}: compiles the cell, which is C, into a policy that decides in the kernel. */
@Command(
        description = {
            "Compiles the cell, which is C, into a policy that decides in the kernel.",
            "",
            "It is written as %c NAME shows policies in C: callbacks by their names in Java, with SB"
                    + " first; verbs that begin with sb_; sb_out:; at the end of a function that uses"
                    + " them. SB_DSQS(0, 1) creates DSQs. Tab completes names. What reads files, and"
                    + " other helpers of the kernel, are refused.",
            ""
        },
        footer = {
            "Examples:",
            "  %%bpf c-fifo",
            "  static void enqueue(SB, struct task_struct *task, s64 enqFlags)",
            "  {",
            "      sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);",
            "  sb_out:;",
            "  }"
        })
final class BpfMagic implements Magic {

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = Candidates.Policies.class,
            description = "What to call the policy.")
    private String name;

    private final Session session;

    BpfMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        PolicySource source = PolicyMagic.source(name, call.body(), call.firstBodyLine());
        KernelPolicy policy;
        try {
            policy = session.policies().defineByHand(source);
        } catch (HandWrittenException e) {
            throw Errors.of(e.problems(), name, "is no policy yet", "%%bpf", call);
        }
        session.place().prepare(); // it is about to be attached
        call.show(
                "%s is compiled (C, source %s, %,d bytes of BPF); %%attach %s attaches it in the kernel."
                        .formatted(
                                name,
                                policy.policy().sourceHash().substring(0, 8),
                                policy.object().length,
                                name));
        return null;
    }

    @Override
    public Magics.Completion completeBody(String body, int at) {
        int start = PolicyAssistant.wordStart(body, at);
        return new Magics.Completion(start, Prelude.names(body.substring(start, at)));
    }
}
