package org.schedbook.target;

import java.time.Duration;
import java.util.List;
import org.schedbook.compile.CompiledPolicy;

/**
 * A machine with a sched_ext kernel. At most one policy is attached at a time, as in the kernel
 * itself. Methods may be called from any thread; a thread that is interrupted stops waiting.
 */
public interface Target extends AutoCloseable {

    /** Returns what the machine is: goes with every figure measured on it. */
    Machine machine();

    /**
     * Attaches a policy to all tasks of the machine and returns when the kernel says it is enabled.
     *
     * @throws TargetException if another policy is attached, or the kernel or the policy refuses
     */
    Attachment attach(CompiledPolicy policy) throws TargetException, InterruptedException;

    /**
     * Returns the state of sched_ext as the kernel has it in {@code /sys/kernel/sched_ext/state}:
     * {@code enabled} or {@code disabled}, and {@code enabling} or {@code disabling} on the way.
     */
    String state() throws TargetException, InterruptedException;

    /**
     * Runs a command to its end on the machine.
     *
     * @param limit the command is killed when it takes longer
     * @throws TargetException if it can not be started or is killed
     */
    CommandResult run(List<String> command, Duration limit)
            throws TargetException, InterruptedException;

    /** Detaches what is attached and gives the machine up. */
    @Override
    void close();
}
