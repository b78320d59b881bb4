package org.schedbook.tool;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.Attachment;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.GuestStart;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Saves the guest that notebooks resume, if it is not saved yet; part of setting up. */
@Command(
        name = "save-guest",
        description = "Boots a guest and saves it, so that later ones resume at once.")
final class SaveGuest implements Callable<Integer> {

    @Option(names = "--check", description = "Save nothing; the exit status says if there is one.")
    private boolean check;

    @Option(
            names = "--try",
            description =
                    "Save nothing; start one as notebooks do, and fail unless it was resumed.")
    private boolean attempt;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description =
                    "Copy the one that was saved beside the same image there, if there is one.")
    private Path from;

    /** Returns 0 if there is a saved guest in the end, or can be none. */
    @Override
    public Integer call() throws TargetException, InterruptedException, CompileException {
        if (attempt) {
            return attempt();
        }
        if (!check && VmTarget.canBeSaved(GuestShape.DEFAULT)) {
            if (from == null || !VmTarget.takeOver(from)) {
                VmTarget.boot().close();
            }
        }
        return VmTarget.canBeSaved(GuestShape.DEFAULT) ? 1 : 0;
    }

    private static int attempt() throws TargetException, InterruptedException, CompileException {
        CompiledPolicy policy = new PolicyCompiler().compile(PolicySource.builtIn("fifo").get());
        try (VmTarget guest = VmTarget.boot();
                Attachment attached = guest.attach(policy)) {
            attached.status();
        }
        // Afterwards: it may have turned out that what was saved does not go on.
        GuestStart start = VmTarget.start(GuestShape.DEFAULT);
        System.out.printf("Guests are %s: %s.%n", start.how(), start.why());
        return start.isQuick() ? 0 : 1;
    }
}
