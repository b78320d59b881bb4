package org.schedbook.tool;

import java.util.ArrayList;
import java.util.List;
import org.schedbook.bench.Contender;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.ClangException;
import org.schedbook.kernel.HandWritten;
import org.schedbook.kernel.HandWrittenException;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.UnsupportedException;
import org.schedbook.target.TargetException;

/** Makes of a policy's source what decides in user space and what decides in the kernel. */
final class BothWorlds {

    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    private BothWorlds() {}

    /**
     * Returns the policies that come with Schedbook, each as {@code NAME} and {@code NAME@kernel}.
     */
    static List<Contender> builtIn() throws TargetException, InterruptedException {
        var policies = new ArrayList<Contender>();
        for (String name : PolicySource.builtInNames()) {
            PolicySource source = PolicySource.builtIn(name).orElseThrow();
            policies.add(Contender.of(compile(source)));
            policies.add(inKernel(source));
        }
        return policies;
    }

    /**
     * Returns a policy that decides in the kernel.
     *
     * @throws TargetException if it cannot be translated; the message says why and where
     */
    static Contender inKernel(PolicySource source) throws TargetException, InterruptedException {
        try {
            return Contender.of(KernelPolicy.of(source, compile(source)));
        } catch (UnsupportedException | ClangException e) {
            throw new TargetException(source.name() + " is not translated.", "", e.getMessage());
        }
    }

    /**
     * Returns a policy that is written in C by hand.
     *
     * @throws TargetException if it does not compile; the message says why and where
     */
    static Contender byHand(PolicySource source) throws TargetException, InterruptedException {
        try {
            HandWritten written = HandWritten.of(source);
            return Contender.of(written.policy(compile(written.init())));
        } catch (HandWrittenException | ClangException e) {
            throw new TargetException(source.name() + " does not compile.", "", e.getMessage());
        }
    }

    private static CompiledPolicy compile(PolicySource source) throws TargetException {
        try {
            return COMPILER.compile(source);
        } catch (CompileException e) {
            throw new TargetException(source.name() + " does not compile.", "", e.getMessage());
        }
    }
}
