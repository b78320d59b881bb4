package org.schedbook.magic;

import java.time.Duration;
import java.util.Optional;
import org.schedbook.bench.Contender;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;
import org.schedbook.view.StatusCard;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %attach NAME}: makes a policy the scheduler of the guest. */
@Command(
        description =
                "Makes a policy the scheduler of a Linux kernel: a guest, started when first needed.",
        footer = {
            "Examples:",
            "  %attach fifo",
            "  %attach my-fifo",
            "  %attach my-fifo --in-kernel",
            "  %attach my-fifo@kernel",
            "  %attach my-fifo --partial",
            "  %attach my-fifo --record 2",
            "  %attach my-fifo --no-builtin-idle",
            "  %attach my-fifo --target sim"
        })
final class AttachMagic implements Magic {

    /** Of a recording, in seconds. */
    private static final int LONGEST = 30;

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = Candidates.Policies.class,
            description = "The policy.")
    private String name;

    @Option(
            names = "--in-kernel",
            description =
                    "Let the policy decide in the kernel itself: it is translated to C and loaded as BPF"
                            + " programs. %%c NAME shows the C; NAME@kernel means the same.")
    private boolean inKernel;

    @Option(
            names = "--partial",
            description =
                    "Schedule only tasks of the class SCHED_EXT (in the guest /opt/schedbook/schedext COMMAND); all others stay"
                            + " with the kernel's own scheduler, and go first.")
    private boolean partial;

    @Option(
            names = "--builtin-idle",
            negatable = true,
            description =
                    "Whether a task that wakes up starts at once where the kernel finds an idle CPU,"
                            + " without the policy being asked. By default so unless the policy has a"
                            + " selectCpu of its own.")
    private Boolean builtinIdle;

    @Option(
            names = "--record",
            paramLabel = "SECONDS",
            description =
                    "Record for so long all that runs there, the policy's decisions too, for"
                            + " %%timeline and %%why.")
    private Integer record;

    @Option(
            names = "--on-this-machine",
            description =
                    "Attach a policy of a %%%%bpf cell also where the target is this machine: it can read"
                            + " all memory of its kernel.")
    private boolean onThisMachine;

    @Mixin private TargetOption target;

    private final Session session;

    AttachMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        if (record != null && (record < 1 || record > LONGEST)) {
            throw new CellError("--record is from 1 to %d seconds.".formatted(LONGEST))
                    .next("Record something short: the kernel keeps some 50,000 events.");
        }
        target.choose(session, call);
        Contender policy =
                inKernel
                        ? Contender.of(session.policies().inKernel(Contender.policyOf(name)))
                        : session.contender(name);
        if (policy.policy().isEmpty()) {
            throw new CellError("eevdf is the kernel's own scheduler.")
                    .next("It schedules wherever no policy is attached: %detach");
        }
        if (onThisMachine) {
            session.place().allowByHand();
        }
        TargetStart.start(session, call);
        var options = new AttachOptions(partial, Optional.ofNullable(builtinIdle));
        Attachment attachment = session.place().attach(policy, options);
        policy.inKernel()
                .ifPresent(there -> there.notes().forEach(note -> call.show(note.toString())));
        if (record != null) {
            new ScheduledLoad(session, call).recordAll(Duration.ofSeconds(record));
        }
        Status status = attachment.status();
        Card card =
                StatusCard.card(
                        session.place().target(),
                        policy.policy().get().name()
                                + (policy.inKernel().isPresent()
                                        ? " is attached in the kernel"
                                        : " is attached"));
        return StatusCard.restarts(StatusCard.state(card, status), status);
    }
}
