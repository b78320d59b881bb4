package org.schedbook.target.vm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Activity;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Availability;
import org.schedbook.target.BackgroundProcess;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.Message.Request;

/**
 * A QEMU guest with a sched_ext kernel of its own. Needs no privileges, shares neither network nor
 * files with this machine, and is thrown away when closed.
 */
public final class VmTarget implements Target {

    private static final Logger LOG = System.getLogger(VmTarget.class.getName());

    private static final String NAME = "vm";

    /** How many policies a guest that goes on attaches fast; each takes 2 MiB of its memory. */
    static final int PREPARED = 8;

    /** Some tasks that wake each other, for the code paths of a policy at work. */
    private static final List<String> WARM_UP =
            List.of("perf", "bench", "sched", "messaging", "-t", "-g", "1", "-l", "10");

    /** A cold start takes 10 to 20 s under emulation; this is for machines far slower. */
    private static final Duration BOOT_LIMIT = Duration.ofSeconds(240);

    /** A resume takes a second; this is for a machine where a class begins all at once. */
    private static final Duration RESUME_LIMIT = Duration.ofSeconds(60);

    /** For requests other than commands, which have limits of their own. */
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(60);

    /** Shorter, for a boot that hangs is seldom, and the next one goes well. */
    private static final Duration SAVE_LIMIT = Duration.ofSeconds(120);

    private static final int SAVE_TRIES = 2;

    /** This user's own, and the one for everybody. */
    private static final int RESUME_TRIES = 2;

    private final Qemu qemu;
    private final Snapshot snapshot;
    private final GuestDialogue guest;
    private volatile Machine machine;

    /**
     * Starts a guest and waits until it can take a policy. Uses KVM where KVM really works. What
     * starts is a saved guest, saved now if there is none, or if that cannot be done one that
     * boots.
     */
    public static VmTarget boot(GuestShape shape) throws TargetException, InterruptedException {
        return boot(snapshot(shape));
    }

    /** Starts a guest of the usual shape. */
    public static VmTarget boot() throws TargetException, InterruptedException {
        return boot(GuestShape.DEFAULT);
    }

    static VmTarget boot(Snapshot snapshot) throws TargetException, InterruptedException {
        Optional<VmTarget> resumed = tryResume(snapshot);
        if (resumed.isEmpty() && snapshot.isPossible() && !snapshot.exists()) {
            saveOnce(snapshot);
            resumed = tryResume(snapshot);
        }
        return resumed.isPresent() ? resumed.get() : bootCold(snapshot);
    }

    /** A snapshot that is damaged is made anew; one that took too long may go on another time. */
    private static Optional<VmTarget> tryResume(Snapshot snapshot) throws InterruptedException {
        for (int i = 0; i < RESUME_TRIES && snapshot.exists(); i++) {
            try {
                VmTarget resumed = resume(snapshot);
                snapshot.wentOn();
                return Optional.of(resumed);
            } catch (DamagedSnapshotException e) {
                LOG.log(Level.DEBUG, "the saved guest is damaged", e);
                snapshot.reject();
            } catch (IOException | TargetException e) {
                LOG.log(Level.DEBUG, "the saved guest does not go on", e);
                snapshot.didNotGoOn(e);
                break;
            }
        }
        return Optional.empty();
    }

    /** Saves the guest, or waits while another notebook does. */
    private static void saveOnce(Snapshot snapshot) throws InterruptedException {
        try {
            Optional<SaveLock> lock = snapshot.lock(SAVE_LIMIT);
            if (lock.isEmpty()) {
                return;
            }
            try (SaveLock _ = lock.get()) {
                for (int i = 0; i < SAVE_TRIES && !snapshot.exists(); i++) {
                    trySave(snapshot);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "no guest can be saved here", e);
            snapshot.couldNotBeSaved(e);
        }
    }

    private static void trySave(Snapshot snapshot) throws InterruptedException {
        try {
            save(snapshot);
        } catch (IOException | TargetException e) {
            LOG.log(Level.DEBUG, "the guest cannot be saved", e);
            snapshot.couldNotBeSaved(e);
        }
    }

    /** Returns the snapshot of the guest that {@link #boot} starts; need not exist. */
    static Snapshot snapshot(GuestShape shape) throws TargetException, InterruptedException {
        GuestImage image = GuestImage.find(shape.architecture());
        return Snapshot.of(image, Hardware.choose(image, shape));
    }

    /**
     * Says how a guest of that shape is going to start here, without trying anything; empty if that
     * takes finding out whether KVM works.
     *
     * @throws TargetException if none can start
     */
    public static Optional<GuestStart> foreseenStart(GuestShape shape) throws TargetException {
        GuestImage image = GuestImage.find(shape.architecture());
        Optional<Accelerator> known = AcceleratorProbe.known(image);
        if (known.isEmpty()) {
            return Optional.empty();
        }
        var hardware = new Hardware(shape.clock().accelerator(known.get()), shape);
        return Optional.of(Snapshot.of(image, hardware).start());
    }

    /** Says how a guest of that shape is going to start here. */
    public static GuestStart start(GuestShape shape) throws TargetException, InterruptedException {
        return snapshot(shape).start();
    }

    /** Returns whether a guest of that shape could be saved here and has not been. */
    public static boolean canBeSaved(GuestShape shape)
            throws TargetException, InterruptedException {
        Snapshot snapshot = snapshot(shape);
        return snapshot.isPossible() && !snapshot.exists();
    }

    /**
     * Copies a guest of the usual shape that was saved beside a copy of the image, so that none
     * need be booted to be saved.
     *
     * @param directory with that copy of the image
     * @return whether there was one, whole and to be believed
     */
    public static boolean takeOver(Path directory) throws TargetException, InterruptedException {
        GuestImage image = GuestImage.find(Architecture.HOST).withSavedIn(directory);
        try {
            return Snapshot.of(image, Hardware.choose(image, GuestShape.DEFAULT)).takeOver();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the saved guest cannot be taken over", e);
            return false;
        }
    }

    /** Boots a guest, lets it do once what takes long the first time, and saves it. */
    static void save(Snapshot snapshot) throws IOException, TargetException, InterruptedException {
        try (Snapshot.Draft draft = snapshot.draft();
                VmTarget guest = greeted(draft.boot(), snapshot, SAVE_LIMIT)) {
            guest.warmUp();
            draft.finish();
        } catch (ClosedByInterruptException e) {
            throw interrupted();
        }
    }

    static VmTarget resume(Snapshot snapshot)
            throws IOException, TargetException, InterruptedException {
        try {
            Qemu qemu = snapshot.resume(RESUME_LIMIT);
            try {
                return greeted(qemu, snapshot, RESUME_LIMIT);
            } catch (TargetException e) {
                if (qemu.hasRefusedState()) {
                    throw new DamagedSnapshotException("QEMU refuses the state of the devices");
                }
                throw e;
            }
        } catch (ClosedByInterruptException e) {
            throw interrupted();
        }
    }

    /** Boots a guest, also where a saved one could go on. */
    public static VmTarget bootCold(GuestShape shape) throws TargetException, InterruptedException {
        return bootCold(snapshot(shape));
    }

    /** Boots a guest of another image, which is not saved. */
    public static VmTarget boot(GuestImage image) throws TargetException, InterruptedException {
        return bootCold(Snapshot.of(image, Hardware.choose(image, GuestShape.DEFAULT)));
    }

    static VmTarget bootCold(Snapshot snapshot) throws TargetException, InterruptedException {
        try {
            return greeted(snapshot.boot(RESUME_LIMIT), snapshot, BOOT_LIMIT);
        } catch (IOException e) {
            throw new TargetException(
                    "The guest could not be started.", "Run the cell again.", e.getMessage());
        }
    }

    private static InterruptedException interrupted() {
        Thread.interrupted();
        return new InterruptedException();
    }

    private static VmTarget greeted(Qemu qemu, Snapshot snapshot, Duration limit)
            throws TargetException, InterruptedException {
        var target = new VmTarget(qemu, snapshot);
        try {
            target.greet(limit);
            return target;
        } catch (TargetException | InterruptedException | RuntimeException e) {
            target.close();
            throw e;
        }
    }

    /** Returns the clock by which figures vary least: instructions wherever guests are emulated. */
    public static Clock steadiestClock() throws TargetException, InterruptedException {
        return AcceleratorProbe.choose(GuestImage.find(Architecture.HOST)) == Accelerator.KVM
                ? Clock.WALL
                : Clock.INSTRUCTIONS;
    }

    /** Says whether a guest can be booted here, without booting one. */
    public static Availability availability() {
        try {
            GuestImage image = GuestImage.find(Architecture.HOST);
            if (!Qemu.isInstalled()) {
                return Availability.missing(NAME, "QEMU is not installed", Qemu.HOW_TO_INSTALL);
            }
            return Availability.usable(
                    NAME,
                    "QEMU %s, Linux %s, %s"
                            .formatted(
                                    Qemu.release(Architecture.HOST),
                                    image.kernelRelease(),
                                    AcceleratorProbe.known(image)
                                            .map(Accelerator::label)
                                            .orElse("accelerator found out at the first start")));
        } catch (TargetException e) {
            return Availability.missing(NAME, e.getMessage(), e.nextStep());
        }
    }

    private VmTarget(Qemu qemu, Snapshot snapshot) {
        this.qemu = qemu;
        this.snapshot = snapshot;
        this.guest = new GuestDialogue(qemu);
    }

    private void greet(Duration limit) throws TargetException, InterruptedException {
        // A guest that still boots finds the question when its agent opens the port.
        boolean wall = snapshot.hardware().shape().clock() == Clock.WALL;
        var hello =
                guest.ask(
                        Message.Hello.class,
                        id -> new Message.Greet(id, wall ? System.currentTimeMillis() : null),
                        limit,
                        "start");
        if (hello.protocol() != Message.PROTOCOL) {
            throw new TargetException(
                    "The guest image is of another version of Schedbook.",
                    "Run ./schedbook set-up in a terminal, which makes it anew.",
                    "protocol %d, expected %d".formatted(hello.protocol(), Message.PROTOCOL));
        }
        Machine inside = hello.machine();
        if (inside.cpus() < 1 || inside.cpus() > snapshot.hardware().shape().cpus()) {
            throw guest.gone(
                    "start",
                    new DamagedMessageException("it says it has %d CPUs".formatted(inside.cpus())));
        }
        guest.up();
        machine =
                new Machine(
                        NAME,
                        snapshot.hardware().label(),
                        snapshot.hardware().shape().clock().label(),
                        inside.kernel(),
                        inside.cpus(),
                        inside.memoryMib(),
                        inside.java());
    }

    /**
     * Loads classes, programs and files that the first policies and workloads need. More than once,
     * so that the JIT does not find much to compile while a resumed guest attaches its first.
     */
    private void warmUp() throws TargetException, InterruptedException {
        for (int i = 0; i < snapshot.rehearsals(); i++) {
            for (String name : PolicySource.builtInNames()) {
                rehearse(PolicySource.builtIn(name).orElseThrow());
            }
        }
        for (int i = 0; i < PREPARED; i++) {
            guest.ask(
                    Message.Prepared.class,
                    Message.Prepare::new,
                    REPLY_LIMIT,
                    "prepare for a policy");
        }
    }

    private void rehearse(PolicySource source) throws TargetException, InterruptedException {
        try (Attachment attachment = attach(new PolicyCompiler().compile(source))) {
            run(WARM_UP, REPLY_LIMIT);
            attachment.status();
            attachment.activity();
        } catch (CompileException e) {
            throw new AssertionError(source.name() + " comes with Schedbook", e);
        }
    }

    @Override
    public Machine machine() {
        return machine;
    }

    @Override
    public Attachment attach(CompiledPolicy policy, AttachOptions options)
            throws TargetException, InterruptedException {
        return attach(
                policy.name(),
                id ->
                        new Message.Attach(
                                id,
                                policy.name(),
                                policy.mainClass(),
                                policy.classes(),
                                policy.sourceHash(),
                                options.partial(),
                                options.builtinIdle().orElse(null)));
    }

    @Override
    public Attachment attach(KernelPolicy policy, AttachOptions options)
            throws TargetException, InterruptedException {
        CompiledPolicy java = policy.policy();
        return attach(
                java.name(),
                id ->
                        new Message.AttachKernel(
                                id,
                                java.name(),
                                java.mainClass(),
                                java.classes(),
                                java.sourceHash(),
                                policy.object(),
                                policy.layout(),
                                options.partial(),
                                options.builtinIdle().orElse(null)));
    }

    private Attachment attach(String name, LongFunction<Request> request)
            throws TargetException, InterruptedException {
        String what = "attach " + name;
        try {
            guest.ask(Message.Attached.class, request, REPLY_LIMIT, what);
        } catch (InterruptedException e) {
            // The guest goes on attaching, and nobody would ever detach it; it does this next.
            guest.post(Message.Detach::new);
            throw e;
        }
        return new GuestAttachment();
    }

    @Override
    public String state() throws TargetException, InterruptedException {
        return guest.ask(Message.StateIs.class, Message.GetState::new, REPLY_LIMIT, "say its state")
                .state();
    }

    @Override
    public CommandResult run(List<String> command, Duration limit, Consumer<String> sink)
            throws TargetException, InterruptedException {
        return run(command, limit, Optional.of(sink), false);
    }

    /** Nobody looks at what it writes before it ends, so that is not sent twice. */
    @Override
    public CommandResult run(List<String> command, Duration limit)
            throws TargetException, InterruptedException {
        return run(command, limit, Optional.empty(), false);
    }

    @Override
    public CommandResult runAndLeave(List<String> command, Duration limit, Consumer<String> sink)
            throws TargetException, InterruptedException {
        return run(command, limit, Optional.of(sink), true);
    }

    @Override
    public List<BackgroundProcess> background() throws TargetException, InterruptedException {
        return run(List.of("true"), REPLY_LIMIT).beside();
    }

    private CommandResult run(
            List<String> command, Duration limit, Optional<Consumer<String>> sink, boolean leave)
            throws TargetException, InterruptedException {
        return guest.ask(
                        Message.Ran.class,
                        id ->
                                new Message.Run(
                                        id, command, limit.toMillis(), leave, sink.isPresent()),
                        snapshot.hardware().shape().clock().longest(limit).plus(REPLY_LIMIT),
                        "run " + command.getFirst(),
                        sink.orElse(_ -> {}))
                .result();
    }

    @Override
    public boolean isAlive() {
        return qemu.isAlive();
    }

    @Override
    public VmTarget fresh() throws TargetException, InterruptedException {
        return boot(snapshot);
    }

    /** Returns the process that is the guest. */
    ProcessHandle process() {
        return qemu.process();
    }

    /** Returns how much of this machine's memory the guest occupies by itself, in MiB. */
    @Override
    public OptionalLong residentMib() {
        return OptionalLong.of(qemu.residentMib());
    }

    /** Returns the end of what the guest's kernel wrote to its console. */
    @Override
    public Optional<String> console() {
        return Optional.of(qemu.console());
    }

    @Override
    public void close() {
        qemu.close();
    }

    private final class GuestAttachment implements Attachment {

        @Override
        public Status status() throws TargetException, InterruptedException {
            return guest.ask(
                            Message.StatusIs.class,
                            Message.GetStatus::new,
                            REPLY_LIMIT,
                            "say its status")
                    .status();
        }

        @Override
        public Optional<Activity> activity() throws TargetException, InterruptedException {
            return Optional.of(
                    guest.ask(
                                    Message.ActivityIs.class,
                                    Message.GetActivity::new,
                                    REPLY_LIMIT,
                                    "say what it does")
                            .activity());
        }

        @Override
        public ExitInfo detach() throws TargetException, InterruptedException {
            return guest.ask(Message.Detached.class, Message.Detach::new, REPLY_LIMIT, "detach")
                    .exit();
        }

        @Override
        public void close() {
            try {
                if (qemu.isAlive()) {
                    detach();
                }
            } catch (TargetException e) {
                // The guest is gone, and the policy with it.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
