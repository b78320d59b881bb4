package org.schedbook.scx;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.bpf.exit_record;
import org.schedbook.bpf.sched_ext_ops;
import org.schedbook.harness.PolicyFault;
import org.schedbook.kernel.ElfObject;
import org.schedbook.kernel.HandWritten;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.Snapshot;
import org.schedbook.libbpf.BpfException;
import org.schedbook.libbpf.BpfLink;
import org.schedbook.libbpf.BpfObject;
import org.schedbook.libbpf.Rejection;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Topology;

/**
 * A policy attached in the kernel of this machine: BPF programs decide, and nothing in user space
 * does. Its constructor and {@code init()} run here first, for what its fields start with.
 *
 * <p>Attaching fails closed, as {@link PolicyHost} does. When the process ends in whatever way, the
 * kernel goes back to its own scheduler.
 */
public final class KernelHost implements Scheduler {

    private static final String OPS = "policy_ops";
    private static final String VARIABLES = ".bss";

    private static final int MAX_FAULTS = 8;

    private static final List<String> COUNTERS =
            List.of(
                    "nr_enqueued",
                    "nr_user_dispatches",
                    "nr_kernel_dispatches",
                    "nr_bypass_dispatches",
                    "nr_bounce_dispatches",
                    "nr_cancel_dispatches",
                    "nr_dequeued",
                    "nr_gone",
                    "nr_forgotten",
                    "nr_policy_errors",
                    "nr_duplicate");

    private static final VarHandle LONG = JAVA_LONG.varHandle();
    private static final VarHandle INT = JAVA_INT.varHandle();

    private final String name;
    private final int nrCpus;
    private final List<String> thrown;
    private final Map<String, ElfObject.Variable> symbols;

    /** Guards the object's memory, which goes away on detach, and what is kept of it. */
    private final Object lock = new Object();

    private BpfObject object;
    private MemorySegment variables;
    private MemorySegment exitRecord;
    private BpfLink link;
    private Map<String, Long> lastCounters = Map.of();
    private List<PolicyFault> lastFaults = List.of();
    private ExitInfo exit;

    private KernelHost(KernelPolicy policy, int nrCpus) {
        this.nrCpus = nrCpus;
        this.name = PolicyHost.opsName(policy.name());
        this.thrown = policy.layout().thrown();
        this.symbols = ElfObject.of(policy.object()).variables();
    }

    /**
     * Attaches a policy.
     *
     * @throws AttachException as {@link PolicyHost#attach} does
     */
    public static KernelHost attach(KernelPolicy policy, Options options) throws AttachException {
        PolicyHost.checkMachine();
        long hotplugSeq = Sysfs.hotplugSeq(); // before the policy looks at the CPUs
        Topology topology = Sysfs.topology();
        Snapshot snapshot = new Preparation(policy, topology, options.callDeadline()).run();
        var host = new KernelHost(policy, Sysfs.nrPossibleCpus());
        try {
            BpfObject.listen(false);
            try {
                host.load(policy, snapshot, topology, hotplugSeq, options);
            } catch (BpfException e) {
                BpfObject.listen(true); // it fails again, and says why
                host.load(policy, snapshot, topology, hotplugSeq, options);
            }
        } catch (IOException e) {
            throw explain(e, policy.name());
        }
        host.checkAttached();
        return host;
    }

    /** If the verifier said no, says why and at which line of the policy. */
    static AttachException explain(IOException cause, String policy) {
        if (cause instanceof BpfException e) {
            Optional<Rejection> rejection =
                    Rejection.of(e.log(), policy + ".java", policy + HandWritten.SUFFIX);
            if (rejection.isPresent()) {
                String text = rejection.get().text();
                return new AttachException(
                        rejection.get().sentence() + (text.isEmpty() ? "" : "\n    " + text),
                        rejection.get().suggestion()
                                + (e.log().contains(policy + HandWritten.SUFFIX)
                                        ? ""
                                        : " %attach "
                                                + policy
                                                + " without --in-kernel runs it as it is."),
                        e.log(),
                        e);
            }
        }
        return PolicyHost.explain(cause);
    }

    // ---- Loading --------------------------------------------------------------------------

    private void load(
            KernelPolicy policy,
            Snapshot snapshot,
            Topology topology,
            long hotplugSeq,
            Options options)
            throws IOException {
        BpfObject opened = BpfObject.open(policy.object(), "policy");
        try {
            var image = new PolicyImage(opened, symbols, policy.layout(), snapshot);
            configure(image, policy.layout().selectCpu(), topology, options);
            MemorySegment ops = opened.initialValue(OPS);
            sched_ext_ops.flags(ops, KernelOps.get().flags(options.partial()));
            sched_ext_ops.timeout_ms(ops, (int) options.watchdog().toMillis());
            sched_ext_ops.hotplug_seq(ops, hotplugSeq);
            sched_ext_ops.name(ops).fill((byte) 0).setString(0, name);
            opened.load();
            image.fillArrays();
            variables = opened.variables(VARIABLES);
            exitRecord = opened.variables(".data.exit");
            object = opened;
            link = opened.attachStructOps(OPS);
        } catch (IOException | RuntimeException e) {
            object = null;
            opened.close();
            throw e;
        }
    }

    private static void configure(
            PolicyImage image, boolean selectCpu, Topology topology, Options options)
            throws BpfException {
        image.set("sb_nr_cpus", 0, 4, Sysfs.nrPossibleCpus());
        image.set("sb_online_cpus", 0, 4, topology.nrCpus());
        image.set("sb_khugepaged", 0, 4, Backend.khugepaged());
        image.set("sb_builtin_idle", 0, 4, options.builtinIdle().orElse(!selectCpu) ? 1 : 0);
        image.setFields();
    }

    private void checkAttached() throws AttachException {
        String state = Sysfs.state().orElse("");
        String ops = Sysfs.ops().orElse("");
        if (state.equals("enabled") && ops.startsWith(name)) {
            return;
        }
        ExitInfo info = detach();
        String message =
                "The kernel took the policy and let go of it at once (%s %s): %s %s"
                        .formatted(state, ops, info.reason(), info.message());
        throw PolicyHost.asksForRestart(info)
                ? AttachException.restart(message)
                : new AttachException(message, PolicyHost.MEND);
    }

    // ---- At work --------------------------------------------------------------------------

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Long> counters() {
        synchronized (lock) {
            if (object == null) {
                return lastCounters;
            }
            Map<String, Long> counters = new LinkedHashMap<>();
            for (String counter : COUNTERS) {
                counters.put(counter, variable("sb_" + counter, 0));
            }
            return counters;
        }
    }

    private long variable(String symbol, long at) {
        return (long) LONG.getOpaque(variables, symbols.get(symbol).offset() + at);
    }

    /** None: whatever waits is in a DSQ. */
    @Override
    public int nrWaiting() {
        return 0;
    }

    /** None: a decision is carried out as it is made. */
    @Override
    public List<Long> decisions() {
        return List.of();
    }

    @Override
    public List<PolicyFault> faults() {
        synchronized (lock) {
            if (object == null) {
                return lastFaults;
            }
            List<PolicyFault> faults = new ArrayList<>();
            for (int i = 0; i < MAX_FAULTS; i++) {
                long at = 32L * i;
                long id = variable("sb_faults", at);
                if (id != 0) {
                    faults.add(
                            KernelFaults.of(
                                    id,
                                    variable("sb_faults", at + 8),
                                    variable("sb_faults", at + 16),
                                    variable("sb_faults", at + 24),
                                    nrCpus,
                                    thrown));
                }
            }
            return faults;
        }
    }

    @Override
    public Optional<ExitInfo> exit() {
        synchronized (lock) {
            if (object != null && exitKind() != 0) {
                return Optional.of(exitInfo());
            }
            return Optional.ofNullable(exit);
        }
    }

    private int exitKind() {
        return (int) INT.getAcquire(exitRecord, exit_record.kind$offset());
    }

    private ExitInfo exitInfo() {
        return new ExitInfo(
                exitKind(),
                exit_record.exit_code(exitRecord),
                exit_record.reason(exitRecord).getString(0),
                exit_record.msg(exitRecord).getString(0),
                exit_record.dump(exitRecord).getString(0));
    }

    @Override
    public ExitInfo detach() {
        synchronized (lock) {
            if (object == null) {
                return exit;
            }
            link.close();
            exit = exitInfo();
            lastFaults = faults();
            lastCounters = counters();
            object.close();
            object = null;
        }
        PolicyHost.awaitDisabled();
        return exit;
    }

    @Override
    public void close() {
        detach();
    }
}
