package org.schedbook.magic;

import org.schedbook.bench.Contender;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.session.Session;
import org.schedbook.view.SideBySide;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %c NAME}: the C that a policy is in the kernel. */
@Command(
        description = {
            "Shows the C that is made of a policy for the kernel, beside its Java.",
            "",
            "That is what %%attach NAME --in-kernel compiles and loads. Each line of C stands on the line"
                    + " of Java it was made from.",
            ""
        },
        footer = {"Examples:", "  %c fifo", "  %c my-policy"})
final class CMagic implements Magic {

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = Candidates.Policies.class,
            description = "The policy.")
    private String name;

    private final Session session;

    CMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        String plain = Contender.policyOf(name);
        KernelPolicy policy = session.policies().inKernel(plain);
        if (policy.byHand()) {
            throw new CellError(plain + " is written in C, as its cell has it.")
                    .next("Name a policy that is written in Java.");
        }
        policy.notes().forEach(note -> call.show(note.toString()));
        return new SideBySide(
                plain + " in Java",
                session.policies().source(plain).text().lines().toList(),
                plain + " in C",
                policy.c().lines().toList());
    }
}
