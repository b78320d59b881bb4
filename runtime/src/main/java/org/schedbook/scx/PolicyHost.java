package org.schedbook.scx;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.schedbook.bpf.wire_h;
import org.schedbook.harness.CallWatch;
import org.schedbook.harness.Faults;
import org.schedbook.harness.NotMadeException;
import org.schedbook.harness.PolicyFault;
import org.schedbook.harness.PolicyMaker;
import org.schedbook.libbpf.BpfException;
import org.schedbook.libbpf.KernelBtf;
import org.schedbook.libbpf.Libbpf;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.posix.Posix;

/**
 * A policy attached to the kernel of this machine, as its scheduler.
 *
 * <pre>{@code
 * try (PolicyHost host = PolicyHost.attach(Fifo::new, "fifo", Options.DEFAULT)) {
 *     ...
 *     host.counters();
 * }
 * }</pre>
 *
 * <p>Attaching fails closed: it refuses while another scheduler is attached, and afterwards checks
 * in sysfs that this one is. The policy runs on a thread of its own; all threads of this process
 * are exempt from it. When the process ends in whatever way, the kernel goes back to its own
 * scheduler.
 */
public final class PolicyHost implements Scheduler {

    private static final Duration ATTACH_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DETACH_TIMEOUT = Duration.ofSeconds(10);

    /** What the kernel does not take of a scheduler it mostly finds at the first tasks. */
    private static final Duration PROBATION = Duration.ofMillis(10);

    /** What the kernel answers where a program needs its compiler: include/linux/errno.h. */
    private static final int ENOTSUPP = 524;

    private static final int EXIT_ERROR = 1024;

    static final String MEND = "Change the policy, and run its cell again.";

    private static final String DISABLED = "disabled";
    private static final String ENABLED = "enabled";

    private static boolean memoryLocked;

    /** A thread that never came back from a policy, or null. */
    private static volatile Thread lost;

    private final PolicyMaker maker;
    private final String name;
    private final Options options;
    private final CompletableFuture<Void> attached = new CompletableFuture<>();
    private final Thread thread;

    private volatile PolicyLoop loop;
    private volatile int tid;
    private volatile Hindrances before = Hindrances.now();

    /** Guards the backend's memory, which goes away on detach, and what is kept of it. */
    private final Object lock = new Object();

    private Backend backend;
    private Map<String, Long> lastCounters = Map.of();
    private long[] lastWaits = {};
    private ExitInfo exit;

    /** Why the policy was detached without the kernel's asking, null if it was not. */
    private volatile String failure;

    private PolicyHost(PolicyMaker maker, String name, Options options) {
        this.maker = maker;
        this.name = opsName(name);
        this.options = options;
        this.thread = Thread.ofPlatform().name("policy-loop").daemon().unstarted(this::run);
    }

    /**
     * Attaches a policy.
     *
     * @param name what to call it; sysfs will show it with {@code schedbook_} before it
     * @throws AttachException if the kernel has no sched_ext, another scheduler is attached, the
     *     policy cannot be made, its {@code init} fails or a call of it does not return, or libbpf
     *     or the kernel refuses; it {@linkplain AttachException#asksForRestart asks for a restart}
     *     if a CPU came or went meanwhile, which takes another instance of the policy. Once
     *     attached the kernel asks for none, as the backend has {@code cpu_online} and {@code
     *     cpu_offline} (kernel/sched/ext.c, handle_hotplug).
     */
    public static PolicyHost attach(PolicyMaker maker, String name, Options options)
            throws AttachException {
        checkMachine();
        lockMemory();
        PolicyHost host = new PolicyHost(maker, name, options);
        host.thread.start();
        try {
            host.awaitAttached();
        } catch (ExecutionException e) {
            throw explain(e.getCause());
        } catch (InterruptedException e) {
            host.attached.cancel(false);
            Thread.currentThread().interrupt();
            throw new AttachException(
                    "Interrupted while attaching; nothing is attached.", "Run the cell again.");
        }
        host.checkAttached();
        host.before = Hindrances.now();
        Thread.ofPlatform().name("policy-watchdog").daemon().start(host::watch);
        return host;
    }

    /**
     * Has the kernel's side of one more of the attachments to come loaded.
     *
     * @throws AttachException as {@link #attach} does
     */
    public static void prepare() throws AttachException {
        checkMachine();
        try {
            Backend.prepare();
        } catch (IOException e) {
            throw explain(e);
        }
    }

    /** Waits for the policy's thread, and gives it up if a call of the policy does not return. */
    private void awaitAttached() throws AttachException, ExecutionException, InterruptedException {
        Duration pause = options.callDeadline().dividedBy(LoopWatch.LOOKS);
        long deadline = System.nanoTime() + ATTACH_TIMEOUT.toNanos();
        var calls = new CallWatch(LoopWatch.LOOKS);
        while (System.nanoTime() - deadline < 0) {
            try {
                attached.get(pause.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                if (!isStuck(calls) || !attached.cancel(false)) {
                    continue;
                }
                lost = thread;
                throw new AttachException(
                        "The policy was given up: %s; nothing is attached.".formatted(hang()),
                        MEND);
            }
        }
        attached.cancel(false);
        throw new AttachException(
                "The policy was not attached within %d s.".formatted(ATTACH_TIMEOUT.toSeconds()),
                "Run the cell again; should it take as long again, see what else the machine does.");
    }

    private String hang() {
        PolicyLoop called = loop;
        if (called == null) {
            return "its constructor " + CallWatch.hung(options.callDeadline());
        }
        called.hung(thread, CallWatch.hung(options.callDeadline()));
        return called.faults().getLast().sentence();
    }

    /** Standing still for want of memory is not the policy's doing. */
    private boolean isStuck(CallWatch watch) {
        PolicyLoop called = loop;
        long calls = called == null ? CallWatch.CONSTRUCTOR : called.calls();
        return watch.isStuck(Hindrances.waitsForKernel(tid) ? 0 : calls);
    }

    /**
     * Returns whether a thread of this process is still within a call of a policy that was given
     * up: it disturbs whatever is measured here.
     */
    public static boolean hasLostThread() {
        Thread thread = lost;
        return thread != null && thread.isAlive();
    }

    static void lose(Thread thread) {
        lost = thread;
    }

    /** Best effort: a page fault of the loop makes everyone wait. Once locked, all stays so. */
    private static synchronized void lockMemory() {
        if (!memoryLocked) {
            memoryLocked = Posix.get().mlockall(Posix.MCL_CURRENT | Posix.MCL_FUTURE) == 0;
        }
    }

    /**
     * Returns the kernel's word on whether a scheduler is attached: {@code disabled}, {@code
     * enabled}, or a state between the two; empty if the kernel has no sched_ext.
     */
    public static Optional<String> state() {
        return Sysfs.state();
    }

    /**
     * Returns libbpf's version, such as {@code v1.5}.
     *
     * @throws IllegalStateException if it cannot be loaded; the message says why
     */
    public static String libbpfVersion() {
        try {
            return Libbpf.get().libbpf_version_string();
        } catch (BpfException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Long> counters() {
        synchronized (lock) {
            if (backend == null) {
                return lastCounters;
            }
            Map<String, Long> counters = new LinkedHashMap<>(backend.counters());
            loop.addCounters(counters);
            Hindrances.now().addCounters(counters, before);
            return counters;
        }
    }

    @Override
    public int nrWaiting() {
        return loop.nrWaiting();
    }

    @Override
    public List<Long> decisions() {
        long[] waits;
        synchronized (lock) {
            waits = backend == null ? lastWaits : backend.waits();
        }
        int used = waits.length;
        while (used > 0 && waits[used - 1] == 0) {
            used--;
        }
        return Arrays.stream(waits, 0, used).boxed().toList();
    }

    @Override
    public List<PolicyFault> faults() {
        return loop.faults();
    }

    @Override
    public Optional<ExitInfo> exit() {
        synchronized (lock) {
            if (backend != null && backend.exitKind() != 0) {
                return Optional.of(explained(backend.exitInfo()));
            }
            return Optional.ofNullable(exit);
        }
    }

    /** To the kernel a policy that is given up here has been detached as any other. */
    private ExitInfo explained(ExitInfo info) {
        return failure == null || info.isError()
                ? info
                : new ExitInfo(EXIT_ERROR, 0, "the policy failed", failure, "");
    }

    @Override
    public ExitInfo detach() {
        Backend closing;
        synchronized (lock) {
            closing = backend;
            if (closing == null) {
                return exit;
            }
        }
        loop.stop();
        closing.detach();
        boolean ended = join();
        synchronized (lock) {
            if (backend != null) {
                exit = explained(backend.exitInfo());
                lastCounters = counters();
                loop.audit(lastCounters);
                lastWaits = backend.waits();
                backend = null;
                if (ended) {
                    closing.close();
                } else {
                    lost = thread; // in a call of the policy; it still has the memory
                }
            }
        }
        awaitDisabled();
        return exit;
    }

    @Override
    public void close() {
        detach();
    }

    // ---- The policy's thread --------------------------------------------------------------

    private void run() {
        Backend loaded = null;
        try {
            tid = Posix.get().gettid();
            long hotplugSeq = Sysfs.hotplugSeq(); // before the loop looks at the CPUs
            Policy policy = maker.policy();
            PolicyLoop prepared = new PolicyLoop(policy, options);
            loop = prepared;
            init(prepared);
            WarmUp.of(policy, prepared, options);
            loaded =
                    Backend.ready(
                            name, hotplugSeq, prepared.overridden(), prepared.dsqs(), options);
            synchronized (lock) {
                backend = loaded;
            }
            loaded.attach();
        } catch (Throwable t) {
            synchronized (lock) {
                backend = null;
            }
            if (loaded != null) {
                loaded.close();
            }
            attached.completeExceptionally(t);
            return;
        }
        if (attached.complete(null)) {
            loop.serve(loaded);
        } else {
            // Nobody waits for it any more.
            loaded.close();
        }
    }

    private static void init(PolicyLoop loop) throws AttachException {
        try {
            loop.init();
        } catch (Throwable t) {
            throw new AttachException(
                    "The policy failed in %s".formatted(loop.faults().getFirst().sentence()),
                    MEND,
                    "",
                    t);
        }
    }

    private void watch() {
        var watch =
                new LoopWatch(loop, thread, options.callDeadline()) {
                    @Override
                    boolean goesOn() {
                        return exit().isEmpty();
                    }

                    @Override
                    boolean isStuck(CallWatch calls) {
                        return PolicyHost.this.isStuck(calls);
                    }
                };
        watch.await()
                .ifPresent(
                        why -> {
                            failure = why;
                            detach();
                        });
    }

    private boolean join() {
        try {
            return thread.join(DETACH_TIMEOUT.dividedBy(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // ---- Checks ---------------------------------------------------------------------------

    static void checkMachine() throws AttachException {
        String state = Sysfs.state().orElse(null);
        if (state == null) {
            throw new AttachException(
                    "This kernel has no sched_ext: it takes Linux 6.12 or newer with"
                            + " CONFIG_SCHED_CLASS_EXT.",
                    "Attach in a guest (%target vm) or in the simulator (%target sim).");
        }
        if (!state.equals(DISABLED)) {
            throw new AttachException(
                    "The scheduler %s is attached (%s)."
                            .formatted(Sysfs.ops().orElse("of someone else"), state),
                    "Detach it first: %detach.");
        }
        if (Sysfs.nrPossibleCpus() > wire_h.MAX_CPUS()) {
            throw new AttachException(
                    "This machine can have %d CPUs; this version attaches to at most %d."
                            .formatted(Sysfs.nrPossibleCpus(), wire_h.MAX_CPUS()),
                    "Attach in a guest: %target vm.");
        }
    }

    private void checkAttached() throws AttachException {
        String state = Sysfs.state().orElse("");
        String ops = Sysfs.ops().orElse("");
        // Newer kernels append to the name.
        if (state.equals(ENABLED) && ops.startsWith(name) && !endsWithin(PROBATION)) {
            return;
        }
        ExitInfo info = detach();
        String message =
                "The kernel took the policy and let go of it at once (%s %s): %s %s"
                        .formatted(state, ops, info.reason(), info.message());
        throw asksForRestart(info)
                ? AttachException.restart(message)
                : new AttachException(message, MEND);
    }

    private boolean endsWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (exit().isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    static boolean asksForRestart(ExitInfo info) throws AttachException {
        try (KernelBtf types = KernelBtf.load()) {
            return Backend.asksForRestart(info, types.enum64("scx_exit_code"));
        } catch (BpfException e) {
            throw explain(e);
        }
    }

    static AttachException explain(Throwable cause) {
        if (cause instanceof AttachException e) {
            return e;
        }
        if (cause instanceof BpfException e) {
            String advice = "";
            if (e.errno() == Posix.EPERM) {
                advice = " It takes root (CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN).";
            } else if (e.errno() == ENOTSUPP) {
                advice =
                        " The kernel's BPF compiler may be off; sysctl net.core.bpf_jit_enable=1"
                                + " turns it on.";
            } else if (e.log().contains("incompatible with vmlinux")
                    || e.log().contains("wasn't resolved")) {
                advice =
                        " This kernel lacks a function of sched_ext, or its BTF describes one"
                                + " wrongly, as that of kernels built with pahole before 1.26"
                                + " does: no BPF scheduler loads there. Use another kernel.";
            }
            return new AttachException(
                    e.getMessage() + advice, "The kernel's own words are below.", e.log(), e);
        }
        if (cause instanceof NotMadeException e) {
            return new AttachException(
                    "The policy could not be created: " + e.getMessage(),
                    "Give it a constructor without parameters that does not throw.",
                    "",
                    e);
        }
        return new AttachException(
                "The policy could not be attached: " + Faults.describe(cause),
                "Run the cell again; if it fails again, this is a fault of Schedbook's own.",
                "",
                cause);
    }

    static void awaitDisabled() {
        long deadline = System.nanoTime() + DETACH_TIMEOUT.toNanos();
        while (!Sysfs.state().orElse("").equals(DISABLED)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "The kernel still says %s %d s after the policy was detached."
                                .formatted(
                                        Sysfs.state().orElse("nothing"),
                                        DETACH_TIMEOUT.toSeconds()));
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** The kernel takes letters, digits, '_' and '.', at most 127. */
    static String opsName(String name) {
        String ops = "schedbook_" + name.replaceAll("[^A-Za-z0-9_.]", "_");
        return ops.substring(0, Math.min(ops.length(), 100));
    }
}
