package org.schedbook.target;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.kernel.KernelPolicy;

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
    default Attachment attach(CompiledPolicy policy) throws TargetException, InterruptedException {
        return attach(policy, AttachOptions.DEFAULT);
    }

    /** Attaches a policy as {@link #attach(CompiledPolicy)} does, with options. */
    Attachment attach(CompiledPolicy policy, AttachOptions options)
            throws TargetException, InterruptedException;

    /**
     * Attaches a policy that decides in the kernel itself.
     *
     * @throws TargetException also if the target has no kernel
     */
    default Attachment attach(KernelPolicy policy, AttachOptions options)
            throws TargetException, InterruptedException {
        throw new TargetException(
                "The simulator has no kernel to attach a policy in.",
                "Choose a target that has one: %target vm.",
                "");
    }

    /**
     * Returns the state of sched_ext as the kernel has it in {@code /sys/kernel/sched_ext/state}:
     * {@code enabled} or {@code disabled}, and {@code enabling} or {@code disabling} on the way.
     */
    String state() throws TargetException, InterruptedException;

    /**
     * Runs a command to its end on the machine, and ends with it what it has started and left
     * running.
     *
     * @param limit the command is killed when it takes longer
     * @param sink is given what it writes, standard output and errors, as it comes, a piece at a
     *     time; text beyond the first MiB of each is dropped
     * @throws TargetException if it cannot be started or is killed
     */
    CommandResult run(List<String> command, Duration limit, Consumer<String> sink)
            throws TargetException, InterruptedException;

    /** Runs a command whose output is looked at when it has ended. */
    default CommandResult run(List<String> command, Duration limit)
            throws TargetException, InterruptedException {
        return run(command, limit, _ -> {});
    }

    /**
     * Runs a command as {@link #run(List, Duration, Consumer)} does, except that what it leaves
     * running in the background goes on, and is named in the result.
     */
    default CommandResult runAndLeave(List<String> command, Duration limit, Consumer<String> sink)
            throws TargetException, InterruptedException {
        return run(command, limit, sink);
    }

    /** Returns what commands have left running there in the background, and is running still. */
    default List<BackgroundProcess> background() throws TargetException, InterruptedException {
        return List.of();
    }

    /** Runs a program whose output is looked at when it has ended. */
    default CommandResult run(Load load, Duration limit)
            throws TargetException, InterruptedException {
        return run(load.command(), limit);
    }

    /** Returns whether the machine can still be used. */
    default boolean isAlive() {
        return true;
    }

    /** Returns what the machine wrote to its console, if it has one. */
    default Optional<String> console() {
        return Optional.empty();
    }

    /** Returns how much of this machine's memory it occupies, in MiB, if it is a process here. */
    default OptionalLong residentMib() {
        return OptionalLong.empty();
    }

    /**
     * Returns another machine of the same kind, in the state in which this one was before anything
     * ran on it.
     *
     * @throws TargetException if there is none to be had
     */
    Target fresh() throws TargetException, InterruptedException;

    /** Detaches what is attached and gives the machine up. */
    @Override
    void close();
}
