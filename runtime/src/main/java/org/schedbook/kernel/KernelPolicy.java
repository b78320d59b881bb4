package org.schedbook.kernel;

import java.util.List;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.policy.Policy;

/**
 * A policy that can be attached in the kernel. As it is made from {@code policy.h}, its object is
 * under the GPL, version 2.
 *
 * @param policy its class files: the constructor and {@code init()} run in Java
 * @param object an ELF file of BPF programs
 * @param layout what of the policy is where in it
 * @param c the C it was made from, line by line as the Java
 * @param notes what is not as in user space
 * @param byHand whether somebody wrote the C; it may read what memory of the kernel it likes
 */
public record KernelPolicy(
        CompiledPolicy policy,
        byte[] object,
        Layout layout,
        String c,
        List<Translation.Note> notes,
        boolean byHand) {

    /** What is appended to the name of a policy that decides in the kernel. */
    public static final String SUFFIX = "@kernel";

    /**
     * Translates and compiles a policy, each in a process of its own.
     *
     * @param source what {@code policy} was compiled from
     * @throws UnsupportedException if it uses what cannot be translated
     * @throws ClangException if clang is missing or fails
     */
    public static KernelPolicy of(PolicySource source, CompiledPolicy policy)
            throws UnsupportedException, ClangException, InterruptedException {
        Translation translation = TranslatorProcess.translate(source);
        return new KernelPolicy(
                policy,
                Clang.compile(translation, source),
                translation.layout(),
                translation.c(),
                translation.notes(),
                false);
    }

    public String name() {
        return policy.name();
    }

    /** Returns the name by which it is told from the same policy in user space. */
    public String label() {
        return name() + SUFFIX;
    }

    /** Returns the binary name of the policy's class. */
    public String mainClass() {
        return policy.mainClass();
    }

    /** Makes the policy in Java, for what its fields start with. */
    public Policy newPolicy() throws ReflectiveOperationException {
        return policy.newPolicy();
    }
}
