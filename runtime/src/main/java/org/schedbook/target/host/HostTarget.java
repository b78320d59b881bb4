package org.schedbook.target.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.schedbook.child.ChildProcess;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.harness.PolicyFault;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.policy.ExitInfo;
import org.schedbook.scx.AttachException;
import org.schedbook.scx.KernelHost;
import org.schedbook.scx.Options;
import org.schedbook.scx.PolicyHost;
import org.schedbook.scx.Scheduler;
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

/** The machine this Java runs on. Attaching a policy needs root and a kernel with sched_ext. */
public final class HostTarget implements Target {

    /** How a command becomes a process. */
    @FunctionalInterface
    public interface Starter {
        Process start(ProcessBuilder command) throws IOException;
    }

    private final Starter starter;

    /** The commands that have left something running. */
    private final List<CommandGroup> left = new CopyOnWriteArrayList<>();

    public HostTarget() {
        this(ProcessBuilder::start);
    }

    public HostTarget(Starter starter) {
        this.starter = starter;
    }

    private static final String NAME = "host";

    /** How often a policy is attached anew because CPUs come and go while that is done. */
    private static final int MAX_RESTARTS = 10;

    /** Says whether a policy could be attached to this machine's own kernel. */
    public static Availability availability() {
        return new Preflight(
                        Path.of("/"),
                        System.getProperty("os.version"),
                        isRoot(),
                        PolicyHost::libbpfVersion)
                .check();
    }

    /** By its number: a small system may have no names of users. */
    private static boolean isRoot() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public Machine machine() {
        return new Machine(
                NAME,
                "none",
                Machine.WALL_CLOCK,
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                memoryMib(),
                System.getProperty("java.version"));
    }

    private static int memoryMib() {
        try {
            return (int) ProcMemory.mib(ProcMemory.MACHINE, "MemTotal");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String state() {
        return stateOrNone();
    }

    private static String stateOrNone() {
        return PolicyHost.state().orElse("no sched_ext");
    }

    /** Returns whether a policy that was given up still runs here, in a call that never ends. */
    public static boolean hasLostThread() {
        return PolicyHost.hasLostThread();
    }

    /** Does beforehand what one more attachment of a policy in user space would take long for. */
    public static void prepare() throws TargetException {
        try {
            PolicyHost.prepare();
        } catch (AttachException e) {
            throw explained(e);
        }
    }

    @Override
    public Attachment attach(CompiledPolicy compiled, AttachOptions options)
            throws TargetException {
        return attach(
                compiled.name(),
                options,
                strictness -> PolicyHost.attach(compiled::newPolicy, compiled.name(), strictness));
    }

    @Override
    public Attachment attach(KernelPolicy policy, AttachOptions options) throws TargetException {
        return attach(policy.label(), options, strictness -> KernelHost.attach(policy, strictness));
    }

    /** How a policy comes to schedule this machine. */
    @FunctionalInterface
    private interface Attaching {
        Scheduler attach(Options options) throws AttachException, TargetException;
    }

    private static Attachment attach(String name, AttachOptions options, Attaching attaching)
            throws TargetException {
        Options strictness =
                Options.DEFAULT
                        .withPartial(options.partial())
                        .withBuiltinIdle(options.builtinIdle());
        if (hasLostThread()) {
            throw new TargetException(
                    "A thread is still within a call of a policy that was given up before, and would"
                            + " disturb whatever is measured here.",
                    "Run the cell again, which takes a new guest; on this machine itself, restart"
                            + " the notebook's kernel.",
                    "");
        }
        for (int restarts = 0; ; restarts++) {
            try {
                return new HostAttachment(name, attaching.attach(strictness), restarts);
            } catch (AttachException e) {
                if (!e.asksForRestart() || restarts == MAX_RESTARTS) {
                    throw explained(e);
                }
            }
        }
    }

    private static TargetException explained(AttachException e) {
        return new TargetException(e.getMessage(), e.nextStep(), e.log());
    }

    @Override
    public CommandResult run(List<String> command, Duration limit, Consumer<String> sink)
            throws TargetException, InterruptedException {
        return run(command, limit, sink, false);
    }

    @Override
    public CommandResult runAndLeave(List<String> command, Duration limit, Consumer<String> sink)
            throws TargetException, InterruptedException {
        return run(command, limit, sink, true);
    }

    private CommandResult run(
            List<String> command, Duration limit, Consumer<String> sink, boolean leave)
            throws TargetException, InterruptedException {
        checkName(command.getFirst());
        var group = CommandGroup.create();
        try (var output = new CommandOutput(sink);
                var errors = new CommandOutput(sink)) {
            Process process =
                    starter.start(
                            ChildProcess.of(group.joining(command))
                                    .redirectOutput(output.redirect())
                                    .redirectError(errors.redirect()));
            boolean isLeft = false;
            try {
                process.getOutputStream().close();
                output.begin();
                errors.begin();
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new TargetException(
                            "'%s' took longer than %d s and was killed."
                                    .formatted(CommandResult.beginning(command), limit.toSeconds()),
                            "Give it less to do or more time.",
                            "");
                }
                String written = output.text();
                String complaints = errors.text();
                List<BackgroundProcess> beside = background();
                isLeft = leave;
                return new CommandResult(
                        process.exitValue(),
                        written,
                        complaints,
                        leave ? leave(group) : List.of(),
                        beside);
            } finally {
                if (!isLeft) {
                    group.kill(process);
                }
            }
        } catch (IOException e) {
            throw new TargetException(
                    "'%s' could not be started.".formatted(command.getFirst()),
                    "Run it again.",
                    e.getMessage());
        } catch (ExecutionException e) {
            throw new TargetException(
                    "What '%s' wrote could not be read.".formatted(command.getFirst()),
                    "Run it again.",
                    e.getCause().getMessage());
        }
    }

    /** The shell that a command is started by says it less clearly. */
    private static void checkName(String name) throws TargetException {
        Stream<Path> places =
                name.contains("/")
                        ? Stream.of(Path.of(""))
                        : Stream.of(System.getenv("PATH").split(":")).map(Path::of);
        if (places.noneMatch(place -> Files.isExecutable(place.resolve(name)))) {
            throw new TargetException(
                    "'%s' could not be started.".formatted(name),
                    "Check its name.",
                    "There is no such program.");
        }
    }

    private List<BackgroundProcess> leave(CommandGroup group) {
        List<BackgroundProcess> processes = group.processes();
        if (!group.isGone()) {
            left.add(group);
        }
        return processes;
    }

    @Override
    public List<BackgroundProcess> background() {
        left.removeIf(CommandGroup::isGone);
        return left.stream().flatMap(group -> group.processes().stream()).toList();
    }

    /** There is but one, and what was done to it stays done. */
    @Override
    public Target fresh() throws TargetException {
        throw new TargetException(
                "This machine cannot be put back into an earlier state.",
                "Measure in a guest (%target vm), or without --fresh.",
                "");
    }

    @Override
    public void close() {
        // What is attached belongs to its Attachment.
    }

    private record HostAttachment(String policy, Scheduler host, int restarts)
            implements Attachment {

        @Override
        public Status status() {
            Map<String, Long> counters = new LinkedHashMap<>(host.counters());
            counters.put("nr_restarts", (long) restarts);
            return new Status(
                    policy,
                    host.name(),
                    stateOrNone(),
                    counters,
                    host.faults().stream().map(PolicyFault::sentence).toList(),
                    host.exit().orElse(null));
        }

        @Override
        public Optional<Activity> activity() {
            return Optional.of(Proc.activity(host.nrWaiting(), host.decisions()));
        }

        @Override
        public ExitInfo detach() throws TargetException {
            try {
                return host.detach();
            } catch (IllegalStateException e) {
                throw new TargetException(
                        e.getMessage(), "Restart the machine, or the guest, to be sure.", "");
            }
        }

        @Override
        public void close() {
            host.close();
        }
    }
}
