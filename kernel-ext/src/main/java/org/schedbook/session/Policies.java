package org.schedbook.session;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.schedbook.bench.Contender;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.course.Lab;
import org.schedbook.kernel.ClangException;
import org.schedbook.kernel.HandWritten;
import org.schedbook.kernel.HandWrittenException;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.UnsupportedException;
import org.schedbook.store.Store;
import org.schedbook.store.StoreException;
import org.schedbook.store.Version;

/** The policies of a notebook by name, and all that each name has stood for. */
public final class Policies {

    /**
     * What came of a definition.
     *
     * @param compiled empty if the source does not compile, or is refused
     * @param problem why it is empty
     * @param version the source as it is kept
     * @param notKept why it is not
     */
    public record Defined(
            PolicySource source,
            Optional<CompiledPolicy> compiled,
            Optional<CompileException> problem,
            Optional<Version> version,
            Optional<StoreException> notKept) {

        /** What stands for a name until its source is compiled. */
        private static Defined nothing(PolicySource source) {
            return new Defined(
                    source, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }

        /** Returns the policy, or throws what is wrong with it. */
        public CompiledPolicy orThrow() throws CompileException {
            if (problem.isPresent()) {
                throw problem.get();
            }
            return compiled.orElseThrow();
        }

        /** Returns {@code NAME@NUMBER}, or just the name if the source is not kept. */
        public String label() {
            return version.map(Version::label).orElse(source.name());
        }
    }

    /**
     * A source that figures are attributed to.
     *
     * @param byHand whether it is C, else it is Java
     */
    public record Source(PolicySource text, boolean byHand) {}

    private final Map<String, Defined> definitions = new LinkedHashMap<>();
    private final Map<String, CompiledPolicy> builtIn = new LinkedHashMap<>();

    private final Map<PolicySource, KernelPolicy> inKernel = new LinkedHashMap<>();

    /**
     * @param compiled empty if the source does not compile, or is refused
     */
    private record ByHand(PolicySource source, Optional<KernelPolicy> compiled) {}

    /** Those that are written in C; a name is in here or among the definitions. */
    private final Map<String, ByHand> byHand = new LinkedHashMap<>();

    private final Path directory;
    private final Supplier<Store> store;
    private final CompilerProcess compiler = new CompilerProcess();

    /**
     * @param directory where the store is, or is made when first needed
     */
    Policies(Path directory, Supplier<Store> store) {
        this.directory = directory;
        this.store = store;
    }

    /**
     * Defines a policy, in place of any other of that name, and keeps its source among the versions
     * of the name. A source that does not compile, or is refused, takes the old one's place and is
     * kept too: what runs under a name is never older than what the person sees. Without a place to
     * keep it, the policy is of use anyway.
     *
     * @param origin {@link Version#CELL}, or what the request was for
     * @param attempt the request that it is the answer to
     * @throws SessionException if the name is taken for good
     */
    public Defined define(PolicySource source, String origin, OptionalLong attempt)
            throws InterruptedException {
        checkFree(source.name());
        byHand.remove(source.name());
        definitions.put(source.name(), Defined.nothing(source));
        Optional<CompiledPolicy> compiled = Optional.empty();
        Optional<CompileException> problem = Optional.empty();
        try {
            compiled = Optional.of(compiler.compile(source));
        } catch (CompileException e) {
            problem = Optional.of(e);
        }
        var defined = new Defined(source, compiled, problem, Optional.empty(), Optional.empty());
        definitions.put(source.name(), defined); // before anything can go wrong with keeping it
        try {
            Version version =
                    store.get()
                            .define(
                                    source.name(),
                                    origin,
                                    attempt,
                                    source.text(),
                                    source.hash(),
                                    compiled.map(CompiledPolicy::bytecodeHash));
            return new Defined(source, compiled, problem, Optional.of(version), Optional.empty());
        } catch (StoreException e) {
            return new Defined(source, compiled, problem, Optional.empty(), Optional.of(e));
        }
    }

    /**
     * Defines a policy that is written in C, in place of any other of that name. It is not kept
     * among the versions, which are Java.
     *
     * @throws HandWrittenException if it does not compile, or is refused
     */
    public KernelPolicy defineByHand(PolicySource source)
            throws HandWrittenException, InterruptedException {
        checkFree(source.name());
        definitions.remove(source.name());
        byHand.put(source.name(), new ByHand(source, Optional.empty()));
        try {
            HandWritten written = HandWritten.of(source);
            KernelPolicy policy = written.policy(compiler.compile(written.init()));
            byHand.put(source.name(), new ByHand(source, Optional.of(policy)));
            return policy;
        } catch (ClangException e) {
            throw new SessionException(
                    (e.getMessage() + "\n" + e.words()).strip(), "Then run the cell again.");
        } catch (CompileException e) {
            throw new AssertionError("what creates the DSQs compiles", e);
        }
    }

    /** Returns whether a name is that of a policy in C, whether or not it compiles. */
    public boolean isByHand(String name) {
        return byHand.containsKey(name);
    }

    /**
     * Says so if a name always means the same: those of the policies that come with Schedbook, and
     * that of the kernel's own scheduler.
     *
     * @throws SessionException if it does
     */
    public static void checkFree(String name) {
        if (!isFree(name)) {
            throw new SessionException(
                    name.equals(Contender.EEVDF.name())
                            ? "eevdf is the kernel's own scheduler, and no policy can take its name."
                            : name
                                    + " comes with Schedbook, and no other policy can take its name.",
                    "Choose another name, such as my-" + name + ".");
        }
    }

    /** Returns whether a policy of the person's may have that name. */
    public static boolean isFree(String name) {
        return !name.equals(Contender.EEVDF.name())
                && PolicySource.builtIn(name).isEmpty()
                && Lab.named(name).isEmpty();
    }

    /** Returns the notebook's compiler. */
    public CompilerProcess compiler() {
        return compiler;
    }

    /** Returns the names of all policies, those that come with Schedbook included. */
    public TreeSet<String> names() {
        var names = own();
        names.addAll(byHand.keySet());
        PolicySource.builtInNames().forEach(names::add);
        return names;
    }

    /** Returns the names of the policies defined in this notebook, whether or not they compile. */
    public TreeSet<String> own() {
        return new TreeSet<>(definitions.keySet());
    }

    /** Returns the policies defined in this notebook that can run. */
    public List<CompiledPolicy> working() {
        return definitions.values().stream().flatMap(d -> d.compiled().stream()).toList();
    }

    /** Returns the sources defined in this notebook, by the hash that figures are attributed to. */
    Map<String, Source> sources() {
        var sources = new LinkedHashMap<String, Source>();
        for (Defined each : definitions.values()) {
            each.compiled()
                    .ifPresent(
                            policy ->
                                    sources.put(
                                            policy.sourceHash(), new Source(each.source(), false)));
        }
        for (ByHand each : byHand.values()) {
            sources.put(each.source().hash(), new Source(each.source(), true));
        }
        builtIn.forEach(
                (name, policy) ->
                        sources.put(
                                policy.sourceHash(),
                                new Source(PolicySource.builtIn(name).orElseThrow(), false)));
        return sources;
    }

    /**
     * Returns a policy that can be attached.
     *
     * @throws UnknownPolicyException if there is none of that name
     * @throws BrokenPolicyException if its latest source does not compile
     */
    public CompiledPolicy named(String name) {
        Defined defined = definitions.get(name);
        if (defined != null) {
            return defined.compiled().orElseThrow(() -> new BrokenPolicyException(name));
        }
        if (name.endsWith(Contender.IN_KERNEL)) {
            String policy = Contender.policyOf(name);
            source(policy); // says so if there is none
            throw new SessionException(
                    "%s decides in a kernel, and the simulator has none.".formatted(name),
                    "Name %s itself: the simulator has it decide as in a kernel unless told"
                                    .formatted(policy)
                            + " --mode user. In a guest, %s is attached by %%attach, measured by"
                                    .formatted(name)
                            + " %bench and drawn by %timeline.");
        }
        if (isByHand(name)) {
            throw new SessionException(
                    name + " is written in C, and decides in the kernel only.",
                    "%attach " + name + " attaches it there, and %bench measures it.");
        }
        if (name.equals(Contender.EEVDF.name())) {
            throw new SessionException(
                    "eevdf is the kernel's own scheduler: it is no policy to attach or simulate.",
                    "It schedules wherever no policy is attached, and a benchmark in a guest"
                            + " measures it.");
        }
        return builtIn.computeIfAbsent(name, this::compileBuiltIn);
    }

    private CompiledPolicy compileBuiltIn(String name) {
        try {
            return compiler.compile(PolicySource.builtIn(name).orElseThrow(() -> unknown(name)));
        } catch (CompileException e) {
            throw new AssertionError("policies that come with Schedbook compile", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SessionException("Interrupted.", "Do it again.");
        }
    }

    /**
     * Returns a policy that can be attached in the kernel.
     *
     * @throws SessionException also if it uses what cannot be translated; says where, and what to
     *     write instead
     */
    public KernelPolicy inKernel(String name) throws InterruptedException {
        if (isByHand(name)) {
            return byHand.get(name).compiled().orElseThrow(() -> new BrokenPolicyException(name));
        }
        CompiledPolicy policy = named(name);
        PolicySource source = source(name);
        KernelPolicy known = inKernel.get(source);
        if (known != null) {
            return known;
        }
        try {
            KernelPolicy made = KernelPolicy.of(source, policy);
            inKernel.put(source, made);
            return made;
        } catch (UnsupportedException e) {
            throw new SessionException(
                    "%s cannot run in the kernel as it is.\n%s"
                            .formatted(
                                    name,
                                    e.problems().stream()
                                            .map(problem -> inCell(source, problem))
                                            .collect(Collectors.joining("\n"))),
                    "Change these lines and run the policy's cell again.");
        } catch (ClangException e) {
            throw new SessionException(
                    (e.getMessage() + "\n" + e.words()).strip(),
                    "%attach " + name + " runs it as it is.");
        }
    }

    private static String inCell(PolicySource source, Problem problem) {
        return problem.line() == 0
                ? problem.message()
                : "line %d, column %d: %s"
                        .formatted(
                                source.cellLine(problem.line()),
                                problem.column(),
                                problem.message());
    }

    /**
     * Returns what can be measured under a name: a policy, one that decides in the kernel ({@code
     * NAME@kernel}), or the kernel's own scheduler.
     */
    public Contender contender(String name) throws InterruptedException {
        if (name.endsWith(Contender.IN_KERNEL)) {
            return Contender.of(inKernel(Contender.policyOf(name)));
        }
        if (isByHand(name)) {
            return Contender.of(inKernel(name));
        }
        return name.equals(Contender.EEVDF.name()) ? Contender.EEVDF : Contender.of(named(name));
    }

    /** Returns all names that {@link #contender} knows. */
    public List<String> contenders() {
        var contenders = new ArrayList<String>();
        for (String name : names()) {
            contenders.add(name);
            if (!isByHand(name)) {
                contenders.add(name + Contender.IN_KERNEL);
            }
        }
        contenders.add(Contender.EEVDF.name());
        return List.copyOf(contenders);
    }

    /**
     * Returns the source of a policy, whether or not it compiles, or of one of its versions.
     *
     * @param reference {@code NAME} or {@code NAME@NUMBER}
     */
    public PolicySource source(String reference) {
        int at = reference.lastIndexOf('@');
        if (at >= 0) {
            return version(reference, reference.substring(0, at), reference.substring(at + 1));
        }
        if (isByHand(reference)) {
            return byHand.get(reference).source();
        }
        Defined defined = definitions.get(reference);
        return defined != null
                ? defined.source()
                : PolicySource.builtIn(reference).orElseThrow(() -> unknown(reference));
    }

    private PolicySource version(String reference, String name, String number) {
        Optional<Version> version =
                number.matches("\\d{1,9}")
                        ? store.get().version(name, Integer.parseInt(number))
                        : Optional.empty();
        if (version.isPresent()) {
            return new PolicySource(name, version.get().source());
        }
        List<String> known = store.get().versions(name).stream().map(Version::label).toList();
        throw new SessionException(
                "There is no version " + reference + ".",
                known.isEmpty()
                        ? "No version of " + name + " is kept here."
                        : "There are: " + String.join(", ", known) + ".");
    }

    private UnknownPolicyException unknown(String name) {
        return new UnknownPolicyException(name, names());
    }

    /** Returns all references that {@link #source} knows. */
    public List<String> labels() {
        var labels = new ArrayList<>(names());
        if (!Store.isIn(directory)) {
            return labels; // A look at what there is makes no files.
        }
        try {
            store.get().versions().forEach(version -> labels.add(version.label()));
        } catch (StoreException e) {
            // The names are of use without the versions.
        }
        return labels;
    }
}
