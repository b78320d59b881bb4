package org.schedbook.target.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.scx.AttachException;
import org.schedbook.scx.Options;
import org.schedbook.scx.PolicyFault;
import org.schedbook.scx.PolicyHost;
import org.schedbook.target.Activity;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Availability;
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
        Process start(List<String> command) throws IOException;
    }

    private final Starter starter;

    public HostTarget() {
        this(command -> new ProcessBuilder(command).start());
    }

    public HostTarget(Starter starter) {
        this.starter = starter;
    }

    private static final String NAME = "host";

    /** How many characters of each of a command's outputs are kept. */
    private static final int MAX_OUTPUT = 1 << 20;

    /** How often a policy is attached anew because CPUs come and go while that is done. */
    private static final int MAX_RESTARTS = 10;

    /** Says whether a policy could be attached to this machine's own kernel. */
    public static Availability availability() {
        return new Preflight(
                        Path.of("/"),
                        System.getProperty("os.version"),
                        System.getProperty("user.name").equals("root"),
                        PolicyHost::libbpfVersion)
                .check();
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

    @Override
    public Attachment attach(CompiledPolicy compiled, AttachOptions options)
            throws TargetException {
        Options strictness =
                Options.DEFAULT
                        .withPartial(options.partial())
                        .withBuiltinIdle(options.builtinIdle());
        for (int restarts = 0; ; restarts++) {
            try {
                return new HostAttachment(
                        compiled.name(),
                        PolicyHost.attach(newPolicy(compiled), compiled.name(), strictness),
                        restarts);
            } catch (AttachException e) {
                if (!e.asksForRestart() || restarts == MAX_RESTARTS) {
                    throw new TargetException(e.getMessage(), nextStep(e), e.log());
                }
            }
        }
    }

    private static String nextStep(AttachException e) {
        if (e.asksForRestart()) {
            return "CPUs came and went during each of %d attempts; run the cell again when they stay."
                    .formatted(MAX_RESTARTS + 1);
        }
        return e.log().isEmpty()
                ? "Run the cell again after that."
                : "The kernel's own words are below.";
    }

    private static Policy newPolicy(CompiledPolicy compiled) throws TargetException {
        try {
            return compiled.newPolicy();
        } catch (ReflectiveOperationException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new TargetException(
                    "%s could not be created: %s".formatted(compiled.name(), cause),
                    "Give it a constructor without parameters that does not throw.",
                    "");
        }
    }

    @Override
    public CommandResult run(List<String> command, Duration limit, Consumer<String> sink)
            throws TargetException, InterruptedException {
        Process process;
        try {
            process = starter.start(command);
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new TargetException(
                    "'%s' could not be started.".formatted(command.getFirst()),
                    "Check its name.",
                    e.getMessage());
        }
        try {
            Future<String> output = read(process.inputReader(UTF_8), sink);
            Future<String> errors = read(process.errorReader(UTF_8), sink);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TargetException(
                        "'%s' took longer than %d s and was killed."
                                .formatted(String.join(" ", command), limit.toSeconds()),
                        "Give it less to do or more time.",
                        "");
            }
            return new CommandResult(process.exitValue(), output.get(), errors.get());
        } catch (ExecutionException e) {
            throw new TargetException(
                    "What '%s' wrote could not be read.".formatted(command.getFirst()),
                    "Run it again.",
                    e.getCause().getMessage());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /**
     * Reads a stream to its end, so that its writer never blocks, and keeps the beginning. On a
     * thread of its own: a pool would let one command wait for the end of another.
     */
    private static Future<String> read(Reader in, Consumer<String> sink) {
        var text =
                new FutureTask<>(
                        () -> {
                            var kept = new StringBuilder();
                            var piece = new char[8192];
                            try (in) {
                                for (int n; (n = in.read(piece)) >= 0; ) {
                                    int room = Math.min(n, MAX_OUTPUT - kept.length());
                                    if (room > 0) {
                                        kept.append(piece, 0, room);
                                        sink.accept(new String(piece, 0, room));
                                    }
                                }
                            }
                            return kept.toString();
                        });
        Thread.ofPlatform().daemon().name("command-output").start(text);
        return text;
    }

    /** There is but one, and what was done to it stays done. */
    @Override
    public Target fresh() throws TargetException {
        throw new TargetException(
                "This machine can not be put back into an earlier state.",
                "Measure in a guest (%target vm), or without --fresh.",
                "");
    }

    @Override
    public void close() {
        // What is attached belongs to its Attachment.
    }

    private record HostAttachment(String policy, PolicyHost host, int restarts)
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
