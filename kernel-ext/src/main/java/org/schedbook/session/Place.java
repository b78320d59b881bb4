package org.schedbook.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.schedbook.bench.Contender;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Availability;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.ThrownOut;
import org.schedbook.target.sim.SimulatorProcess;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.SpareGuest;
import org.schedbook.target.vm.VmTarget;

/**
 * Where the policies of a notebook run, and the one that does. One thread at a time changes it;
 * closing it, which may happen meanwhile, ends the target.
 */
public final class Place implements AutoCloseable {

    /** Of a command that runs under a policy. */
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private TargetChoice choice = TargetChoice.Kind.vm.usual();
    private final boolean spares;
    private final SpareGuest spare = new SpareGuest();
    private volatile Target target;
    private volatile Attachment attachment;
    private String attached;
    private boolean byHandAllowed;
    private boolean inKernel;
    private Target last;
    private volatile boolean closed;

    /**
     * @param spares whether a guest may be started before it is needed
     */
    Place(boolean spares) {
        this.spares = spares;
    }

    /** Returns where policies are to run. */
    public TargetChoice choice() {
        return choice;
    }

    /** Has policies run elsewhere from now on; what is attached now ends. */
    public void choose(TargetChoice other) throws TargetException, InterruptedException {
        giveUp();
        byHandAllowed = false;
        inKernel = false;
        choice = other;
        if (choice.guest().isEmpty()) {
            spare.giveUp();
        }
    }

    /** Has policies decide in the kernel, or not, until another target is chosen. */
    public void decideInKernel(boolean wanted) {
        inKernel = wanted;
    }

    /** Returns whether policies decide in the kernel though their names do not say so. */
    public boolean decidesInKernel() {
        return inKernel;
    }

    /** Says whether policies can run on a kind of target, where one from here may be. */
    public Availability availability(TargetChoice.Kind kind) {
        Availability found = kind.usual().availability();
        return !found.usable() && choice.kind() == kind && attachment().isPresent()
                ? Availability.usable(kind.word(), "in use by this notebook: see %status")
                : found;
    }

    /** Detaches what is attached and ends the target; the next one begins anew. */
    void giveUp() throws TargetException, InterruptedException {
        try {
            detach();
        } finally {
            if (target != null) {
                target.close();
                target = null;
            }
        }
    }

    /** Has what a policy runs in started in the background: it has just been written. */
    public void prepareToRun() {
        SimulatorProcess.prepare();
        prepare();
    }

    /** Begins to start a guest in the background, if that is what is going to be needed. */
    public void prepare() {
        if (spares && running().isEmpty()) {
            choice.guest().ifPresent(spare::prepare);
        }
    }

    /** Returns the memory of the guest that waits in the background, in MiB; 0 if none does. */
    public long spareMib() {
        return spare.residentMib();
    }

    /** Returns the running target, or empty if none has been needed yet or the last one ended. */
    public Optional<Target> running() {
        if (target != null && !target.isAlive()) {
            target.close();
            target = null;
            attachment = null;
        }
        return Optional.ofNullable(target);
    }

    /** Returns the target, which is started if there is none. */
    public Target target() throws TargetException, InterruptedException {
        Optional<Target> running = running();
        if (running.isPresent()) {
            return running.get();
        }
        target = open(choice);
        last = target;
        if (closed) {
            target.close();
        }
        return target;
    }

    private Target open(TargetChoice wanted) throws TargetException, InterruptedException {
        if (wanted.guest().isPresent()) {
            Optional<VmTarget> waiting = spare.take(wanted.guest().get());
            if (waiting.isPresent()) {
                return waiting.get();
            }
        }
        return wanted.open();
    }

    /** Returns what a guest is like that is started besides the target. */
    public TargetChoice separate() {
        return new TargetChoice.Vm(choice.guest().orElse(GuestShape.DEFAULT));
    }

    /** Returns a guest that is the caller's alone, to be closed by it. */
    public Target separateGuest() throws TargetException, InterruptedException {
        return open(separate());
    }

    /** Returns what the target, or the last one, wrote to its console; empty if it has none. */
    public Optional<String> console() {
        return Optional.ofNullable(last).flatMap(Target::console);
    }

    /** Has a contender schedule the target: it is attached, or all is left to the kernel's own. */
    public void schedule(Contender contender) throws TargetException, InterruptedException {
        if (contender.policy().isPresent()) {
            attach(contender, AttachOptions.DEFAULT);
        } else {
            detach();
        }
    }

    /** Lets policies that are written in C onto this machine, until another target is chosen. */
    public void allowByHand() {
        byHandAllowed = true;
    }

    /**
     * Says so if a policy cannot run on a target: one that decides in the kernel where there is no
     * kernel, or one on this machine of which somebody wrote the C. The verifier keeps that from
     * changing the kernel's memory, and not from reading it.
     */
    void check(Contender contender, TargetChoice where) {
        if (contender.inKernel().isEmpty()) {
            return;
        }
        KernelPolicy policy = contender.inKernel().get();
        String name = policy.name();
        if (where.kind() == TargetChoice.Kind.sim) {
            throw new SessionException(
                    contender.name() + " decides in a kernel, and the simulator has none.",
                    "%target vm is a guest, which has one."
                            + (policy.byHand()
                                    ? ""
                                    : " Here, name %s itself: the simulator has it decide as in a kernel unless told --mode user."
                                            .formatted(name)));
        }
        if (policy.byHand() && where.isThisMachine() && !byHandAllowed) {
            throw new SessionException(
                    name
                            + " is written in C, and the target is this machine: it could read all"
                            + " memory of its kernel.",
                    "%target vm runs it in a guest. If you know what it does: %attach "
                            + name
                            + " --on-this-machine.");
        }
    }

    /**
     * Attaches a policy to the target, in place of the one attached now.
     *
     * @throws SessionException if somebody wrote its C and the target is this machine, unless that
     *     is {@linkplain #allowByHand allowed}
     */
    public Attachment attach(Contender policy, AttachOptions options)
            throws TargetException, InterruptedException {
        check(policy, choice);
        Target there = target();
        detach();
        Attachment made = policy.attach(there, options);
        refuseEnded(policy.name(), made);
        attachment = made;
        attached = policy.name();
        return made;
    }

    /**
     * Runs a command under a policy that is attached for it; returns its status when it was
     * detached again.
     *
     * @throws TargetException also if the command fails
     */
    Status runUnder(Contender policy, List<String> command)
            throws TargetException, InterruptedException {
        Attachment made = attach(policy, AttachOptions.DEFAULT);
        try {
            target().run(command, LIMIT).orThrow(command);
        } finally {
            detach();
        }
        return made.status();
    }

    /** Closes and refuses what has been attached and is not any more. */
    static void refuseEnded(String name, Attachment attached)
            throws TargetException, InterruptedException {
        Status status = attached.status();
        if (status.exit() != null && status.exit().isError()) {
            attached.close();
            throw new TargetException(
                    "%s was attached and ended at once: %s"
                            .formatted(name, ThrownOut.why(status.exit())),
                    "Change the policy, and run its cell again.",
                    String.join("\n", status.faults()));
        }
    }

    /** Detaches what is attached; empty if nothing is. */
    public Optional<ExitInfo> detach() throws TargetException, InterruptedException {
        if (attachment == null || running().isEmpty()) {
            attachment = null;
            return Optional.empty();
        }
        Attachment current = attachment;
        attachment = null;
        return Optional.of(current.detach());
    }

    /** Returns the last attachment, unless it was detached or its target ended. */
    public Optional<Attachment> attachment() {
        running();
        return Optional.ofNullable(attachment);
    }

    /** Returns the name of what was attached last. */
    public String attachedName() {
        return attached;
    }

    @Override
    public void close() {
        closed = true;
        Target current = target;
        if (current != null) {
            // A host, unlike a guest, does not end with the notebook, and its policy has to.
            Attachment now = attachment;
            if (now != null) {
                now.close();
            }
            current.close();
        }
        spare.close();
    }
}
