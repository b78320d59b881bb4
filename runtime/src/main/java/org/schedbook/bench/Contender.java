package org.schedbook.bench;

import java.util.Optional;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/**
 * Something to be measured: a policy, or the kernel's own scheduler.
 *
 * @param policy empty for the kernel's own
 * @param inKernel what is attached in place of the policy if it is to decide in the kernel
 */
public record Contender(
        String name, Optional<CompiledPolicy> policy, Optional<KernelPolicy> inKernel) {

    /** What is appended to the name of a policy that decides in the kernel. */
    public static final String IN_KERNEL = KernelPolicy.SUFFIX;

    public Contender(String name, Optional<CompiledPolicy> policy) {
        this(name, policy, Optional.empty());
    }

    /** Returns a policy that decides in the kernel. */
    public static Contender of(KernelPolicy policy) {
        return new Contender(policy.label(), Optional.of(policy.policy()), Optional.of(policy));
    }

    /** Returns the name of the policy that is measured under a name, wherever it decides. */
    public static String policyOf(String name) {
        return name.endsWith(IN_KERNEL)
                ? name.substring(0, name.length() - IN_KERNEL.length())
                : name;
    }

    /** What the kernel runs when no policy is attached: the baseline. */
    public static final Contender EEVDF = new Contender("eevdf", Optional.empty());

    public static Contender of(CompiledPolicy policy) {
        return new Contender(policy.name(), Optional.of(policy));
    }

    /**
     * Attaches it, where it is to decide.
     *
     * @throws java.util.NoSuchElementException if it is the kernel's own scheduler
     */
    public Attachment attach(Target target, AttachOptions options)
            throws TargetException, InterruptedException {
        return inKernel.isPresent()
                ? target.attach(inKernel.get(), options)
                : target.attach(policy.orElseThrow(), options);
    }
}
