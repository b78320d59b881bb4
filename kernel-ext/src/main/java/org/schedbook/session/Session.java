package org.schedbook.session;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Suite;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellError;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.plot.LineagePlot;
import org.schedbook.policy.ExitInfo;
import org.schedbook.report.LabReport.Measured;
import org.schedbook.store.Store;
import org.schedbook.store.StoreException;
import org.schedbook.store.Version;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Availability;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.host.HostTarget;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.sim.SimulatorProcess;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.SpareGuest;
import org.schedbook.target.vm.VmTarget;

/**
 * What a notebook has defined and is doing: its policies, its target, what is attached, and the
 * last figures. The magics change it one at a time; closing it, which may happen meanwhile, ends
 * the target.
 */
public final class Session implements AutoCloseable {

    /** Where a notebook keeps what it was given and what it asked for: beside the notebook. */
    public static final Path DIRECTORY = Path.of(".schedbook");

    /** Answers that come with a notebook, beside it. */
    public static final Recordings RECORDINGS = new Recordings(Path.of("recordings"));

    private static final System.Logger LOG = System.getLogger(Session.class.getName());

    private static Session current;

    /**
     * A policy by its latest definition.
     *
     * @param compiled null if the source does not compile or is refused
     */
    private record Definition(PolicySource source, CompiledPolicy compiled) {}

    private final Map<String, Definition> definitions = new LinkedHashMap<>();
    private final CompilerProcess compiler = new CompilerProcess();
    private Store store;
    private volatile Attachment attachment;
    private String attached;
    private final SequencedMap<String, PromptCell> prompts = new LinkedHashMap<>();
    private BenchResult lastResult;
    private final List<Measured> measured = new ArrayList<>();
    private final Map<String, PolicySource> measuredSources = new HashMap<>();
    private Simulated lastSimulation;
    private List<BenchResult> lastMeasured = List.of();
    private Watched lastWatched;
    private LineagePlot lastRounds;
    private PlotKind latest;
    private TargetChoice choice = new TargetChoice.Vm(GuestShape.DEFAULT);
    private final SpareGuest spare = new SpareGuest();
    private volatile Target target;
    private VmTarget lastGuest;
    private volatile boolean closed;

    public Session() {}

    /** Returns the notebook's session; outside a notebook the process's, ended with it. */
    public static synchronized Session current() {
        if (current == null) {
            current = new Session();
            Runtime.getRuntime().addShutdownHook(new Thread(current::close, "schedbook-shutdown"));
        }
        return current;
    }

    public static synchronized void current(Session session) {
        current = session;
    }

    /**
     * Defines a policy and keeps its source among the versions of that name.
     *
     * @throws CompileException if it does not compile, or is refused; the source is kept all the
     *     same
     */
    public CompiledPolicy defineAndKeep(PolicySource source)
            throws CompileException, InterruptedException {
        Optional<CompiledPolicy> compiled = Optional.empty();
        try {
            compiled = Optional.of(define(source));
            return compiled.get();
        } finally {
            keep(source, compiled);
        }
    }

    private void keep(PolicySource source, Optional<CompiledPolicy> compiled) {
        try {
            Versions.keep(source, compiled, Version.CELL, OptionalLong.empty(), this);
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.WARNING, "this version is not kept", e);
        }
    }

    /** Makes a measurement the last one, and keeps it unless it has no figures. */
    public void keep(BenchResult result) {
        if (result.rows().isEmpty()) {
            return;
        }
        lastResult(result);
        try {
            store().measured(Measurements.of(result));
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.WARNING, "these figures are not kept", e);
        }
    }

    /**
     * Defines a policy, in place of any other of that name. A source that does not compile, or is
     * refused, takes the old one's place too: what runs under a name is never older than what the
     * person sees.
     */
    public CompiledPolicy define(PolicySource source)
            throws CompileException, InterruptedException {
        definitions.put(source.name(), new Definition(source, null));
        CompiledPolicy compiled = compiler.compile(source);
        definitions.put(source.name(), new Definition(source, compiled));
        return compiled;
    }

    /** Returns the notebook's compiler. */
    public CompilerProcess compiler() {
        return compiler;
    }

    /**
     * Returns what is kept beside the notebook, opened when first needed.
     *
     * @throws org.schedbook.store.StoreException if that is not possible
     */
    public Store store() {
        if (store == null) {
            store = Store.open(DIRECTORY);
        }
        return store;
    }

    /** Returns what models cost, as the person has it in a file. */
    public Prices prices() {
        try {
            return Prices.read(DIRECTORY.resolve("prices.csv"));
        } catch (IOException e) {
            throw new CellError("The prices can not be read: " + e.getMessage())
                    .next("Correct the file, or delete it: a new one says how it is written.");
        }
    }

    /** Returns the names of all policies, those that come with Schedbook included. */
    public TreeSet<String> policyNames() {
        var names = new TreeSet<>(definitions.keySet());
        PolicySource.builtInNames().forEach(names::add);
        return names;
    }

    /** Returns the source of a policy, whether or not it compiles. */
    public PolicySource source(String name) {
        Definition definition = definitions.get(name);
        return definition != null
                ? definition.source()
                : PolicySource.builtIn(name).orElseThrow(() -> unknown(name));
    }

    /** Returns a policy that can be attached. */
    public CompiledPolicy policy(String name) {
        Definition definition = definitions.get(name);
        if (definition == null) {
            try {
                return define(PolicySource.builtIn(name).orElseThrow(() -> unknown(name)));
            } catch (CompileException e) {
                throw new AssertionError("policies that come with Schedbook compile", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CellError("Interrupted.").next("Run the cell again.");
            }
        }
        if (definition.compiled() == null) {
            throw new CellError(
                            "The latest source of " + name + " does not compile, or is refused.")
                    .next("Correct its %%policy cell and run it again.");
        }
        return definition.compiled();
    }

    private CellError unknown(String name) {
        return new CellError("There is no policy named '" + name + "'.")
                .next(
                        "Define it in a cell that starts with %%policy "
                                + (PolicySource.isValidName(name) ? name : "NAME")
                                + ", or use one of: "
                                + String.join(", ", policyNames())
                                + ".");
    }

    /** Returns where policies are to run. */
    public TargetChoice choice() {
        return choice;
    }

    /** Has policies run elsewhere from now on; what is attached now ends. */
    public void choose(TargetChoice other) throws TargetException, InterruptedException {
        giveUp();
        choice = other;
        if (!(choice instanceof TargetChoice.Vm)) {
            spare.giveUp();
        }
    }

    /** Says whether policies can run on this machine's own kernel, where one from here may be. */
    public Availability host() {
        return choice instanceof TargetChoice.Host && attachment().isPresent()
                ? Availability.usable("host", "in use by this notebook: see %status")
                : HostTarget.availability();
    }

    /** Detaches what is attached and ends the target; the next one begins anew. */
    public void giveUp() throws TargetException, InterruptedException {
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
        prepareTarget();
    }

    /** Begins to start a guest in the background, if that is what is going to be needed. */
    public void prepareTarget() {
        if (choice instanceof TargetChoice.Vm(GuestShape shape) && runningTarget().isEmpty()) {
            spare.prepare(shape);
        }
    }

    /** Returns the memory of the guest that waits in the background, in MiB; 0 if none does. */
    public long spareMib() {
        return spare.residentMib();
    }

    /** Returns the running target, or empty if none has been needed yet or the last one ended. */
    public Optional<Target> runningTarget() {
        if (target != null && !target.isAlive()) {
            target.close();
            target = null;
            attachment = null;
        }
        return Optional.ofNullable(target);
    }

    /** Returns the target, which is started if there is none. */
    public Target target() throws TargetException, InterruptedException {
        Optional<Target> running = runningTarget();
        if (running.isPresent()) {
            return running.get();
        }
        target =
                switch (choice) {
                    case TargetChoice.Vm(GuestShape shape) -> guest(shape);
                    case TargetChoice.Host() -> new HostTarget();
                    case TargetChoice.Sim(SimMachine machine, SimOptions options) ->
                            new SimTarget(machine, options);
                };
        if (target instanceof VmTarget guest) {
            lastGuest = guest;
        }
        if (closed) {
            target.close();
        }
        return target;
    }

    /** Returns what the guest, or the last one, wrote to its console; empty if there was none. */
    public Optional<String> console() {
        return Optional.ofNullable(lastGuest).map(VmTarget::console);
    }

    /** Returns a guest that is the caller's alone, to be closed by it. */
    public Target separateGuest() throws TargetException, InterruptedException {
        return guest(
                choice instanceof TargetChoice.Vm(GuestShape shape) ? shape : GuestShape.DEFAULT);
    }

    private VmTarget guest(GuestShape shape) throws TargetException, InterruptedException {
        Optional<VmTarget> waiting = spare.take(shape);
        return waiting.isPresent() ? waiting.get() : VmTarget.boot(shape);
    }

    /** Attaches a policy to the target, in place of the one attached now. */
    public Attachment attach(CompiledPolicy policy, AttachOptions options)
            throws TargetException, InterruptedException {
        Target guest = target();
        detach();
        attachment = guest.attach(policy, options);
        attached = policy.name();
        return attachment;
    }

    /** Detaches what is attached; empty if nothing is. */
    public Optional<ExitInfo> detach() throws TargetException, InterruptedException {
        if (attachment == null || runningTarget().isEmpty()) {
            attachment = null;
            return Optional.empty();
        }
        Attachment current = attachment;
        attachment = null;
        return Optional.of(current.detach());
    }

    /** Returns the attachment of the last %attach, unless it was detached or its guest ended. */
    public Optional<Attachment> attachment() {
        runningTarget();
        return Optional.ofNullable(attachment);
    }

    /** Returns the name of what was attached last. */
    public String attachedName() {
        return attached;
    }

    /** Says that a cell has asked for a policy. */
    public void prompted(PromptCell cell) {
        prompts.putLast(cell.name(), cell);
    }

    /**
     * Returns the last cell that asked for a policy.
     *
     * @param name null for any policy
     */
    public Optional<PromptCell> prompted(String name) {
        return name != null
                ? Optional.ofNullable(prompts.get(name))
                : Optional.ofNullable(prompts.lastEntry()).map(Map.Entry::getValue);
    }

    public Optional<BenchResult> lastResult() {
        return Optional.ofNullable(lastResult);
    }

    public void lastResult(BenchResult result) {
        lastResult = result;
        lastMeasured = List.of(result);
        latest = PlotKind.SAMPLES;
        measured.add(new Measured(choice.line(), result));
        for (Definition each : definitions.values()) {
            if (each.compiled() != null) {
                measuredSources.put(each.compiled().sourceHash(), each.source());
            }
        }
    }

    /** Makes a comparison over several workloads what is plotted next. */
    public void compared(Suite suite) {
        lastMeasured = suite.results();
        latest = PlotKind.RATIOS;
    }

    /** Returns the results of the last measurement, of several if it was of several workloads. */
    public List<BenchResult> lastMeasured() {
        return lastMeasured;
    }

    public void watched(Watched watched) {
        lastWatched = watched;
        latest = PlotKind.COUNTERS;
    }

    public Optional<Watched> lastWatched() {
        return Optional.ofNullable(lastWatched);
    }

    public void improved(LineagePlot rounds) {
        lastRounds = rounds;
        latest = PlotKind.ROUNDS;
    }

    public Optional<LineagePlot> lastRounds() {
        return Optional.ofNullable(lastRounds);
    }

    /** Returns what suits what was done last. */
    public Optional<PlotKind> latest() {
        return Optional.ofNullable(latest);
    }

    /** Returns all that was measured, in the order in which it was. */
    public List<Measured> measured() {
        return List.copyOf(measured);
    }

    /** Returns the source of that hash, if it was defined when something was measured. */
    public Optional<PolicySource> measuredSource(String hash) {
        return Optional.ofNullable(measuredSources.get(hash));
    }

    /** A host, unlike a guest, does not end with the notebook, and its policy has to. */
    private static void closeQuietly(Attachment attachment) {
        if (attachment != null) {
            attachment.close();
        }
    }

    public Optional<Simulated> lastSimulation() {
        return Optional.ofNullable(lastSimulation);
    }

    public void lastSimulation(Simulated simulated) {
        lastSimulation = simulated;
        latest = PlotKind.TIMELINE;
    }

    @Override
    public void close() {
        closed = true;
        Target current = target;
        if (current != null) {
            closeQuietly(attachment);
            current.close();
        }
        spare.close();
        if (store != null) {
            store.close();
        }
    }
}
