package org.schedbook.target.vm;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.schedbook.kernel.Layout;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Activity;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;

/**
 * What notebook and guest say to each other. The notebook asks, first {@link Greet}, and the guest
 * answers each {@link Request} with one {@link Reply} of the same number, not necessarily in order.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @Type(value = Message.Greet.class, name = "greet"),
    @Type(value = Message.Prepare.class, name = "prepare"),
    @Type(value = Message.Attach.class, name = "attach"),
    @Type(value = Message.AttachKernel.class, name = "attach-kernel"),
    @Type(value = Message.Detach.class, name = "detach"),
    @Type(value = Message.GetStatus.class, name = "get-status"),
    @Type(value = Message.GetState.class, name = "get-state"),
    @Type(value = Message.GetActivity.class, name = "get-activity"),
    @Type(value = Message.Run.class, name = "run"),
    @Type(value = Message.Cancel.class, name = "cancel"),
    @Type(value = Message.Hello.class, name = "hello"),
    @Type(value = Message.Prepared.class, name = "prepared"),
    @Type(value = Message.Attached.class, name = "attached"),
    @Type(value = Message.Detached.class, name = "detached"),
    @Type(value = Message.StatusIs.class, name = "status"),
    @Type(value = Message.StateIs.class, name = "state"),
    @Type(value = Message.ActivityIs.class, name = "activity"),
    @Type(value = Message.Wrote.class, name = "wrote"),
    @Type(value = Message.Ran.class, name = "ran"),
    @Type(value = Message.Failed.class, name = "failed"),
})
sealed interface Message {

    /** Raised whenever a message changes its meaning; the two sides must have the same. */
    int PROTOCOL = 11;

    /** A question; {@code id} is chosen by the notebook and is unique. */
    sealed interface Request extends Message {
        long id();
    }

    /** An answer; {@code id} is that of the request. */
    sealed interface Reply extends Message {
        long id();
    }

    /**
     * Say who you are: the first question to a guest, whether it boots or was saved long ago, and
     * so it is told what time it is, unless its time is a count of instructions.
     *
     * @param nowMillis since the epoch, null to leave the guest's clock alone
     */
    record Greet(long id, Long nowMillis) implements Request {}

    /** Do beforehand what one more attachment of a policy in user space would take long for. */
    record Prepare(long id) implements Request {}

    /** Attach a policy, given as a {@code CompiledPolicy} and {@code AttachOptions}. */
    record Attach(
            long id,
            String name,
            String mainClass,
            Map<String, byte[]> classes,
            String sourceHash,
            boolean partial,
            Boolean builtinIdle)
            implements Request {}

    /** Attach a policy in the kernel, given as a {@code KernelPolicy} and {@code AttachOptions}. */
    record AttachKernel(
            long id,
            String name,
            String mainClass,
            Map<String, byte[]> classes,
            String sourceHash,
            byte[] object,
            Layout layout,
            boolean partial,
            Boolean builtinIdle)
            implements Request {}

    record Detach(long id) implements Request {}

    record GetStatus(long id) implements Request {}

    record GetState(long id) implements Request {}

    record GetActivity(long id) implements Request {}

    /**
     * Run a command to its end, or kill it after {@code limitMillis}; {@code leave} what it started
     * in the background, or end that too. With {@code stream} what it writes is sent as it comes.
     */
    record Run(long id, List<String> command, long limitMillis, boolean leave, boolean stream)
            implements Request {}

    /** Kill the command that request {@code run} started; answered by that request's failure. */
    record Cancel(long run) implements Message {}

    record Hello(long id, int protocol, Machine machine) implements Reply {}

    record Prepared(long id) implements Reply {}

    record Attached(long id) implements Reply {}

    record Detached(long id, ExitInfo exit) implements Reply {

        public Detached {
            Objects.requireNonNull(exit, "exit");
        }
    }

    record StatusIs(long id, Status status) implements Reply {}

    record ActivityIs(long id, Activity activity) implements Reply {}

    record StateIs(long id, String state) implements Reply {}

    /** A part of what the command of request {@code run} writes, ahead of its reply. */
    record Wrote(long run, String text) implements Message {}

    record Ran(long id, CommandResult result) implements Reply {}

    /**
     * The request could not be done; the fields are those of a {@code TargetException}.
     *
     * @param spent the guest is of no use any more
     */
    record Failed(long id, String message, String nextStep, String detail, boolean spent)
            implements Reply {

        private static final int MAX_SENTENCE = 2_000;

        private static final int MAX_DETAIL = 1 << 16;

        public Failed {
            message = shortened(message, MAX_SENTENCE);
            nextStep = shortened(nextStep, MAX_SENTENCE);
            detail = shortened(detail, MAX_DETAIL);
        }

        /** A guest that lies may write books, and a person reads them in a cell. */
        private static String shortened(String text, int limit) {
            return text == null || text.length() <= limit ? text : text.substring(0, limit) + "…";
        }
    }
}
